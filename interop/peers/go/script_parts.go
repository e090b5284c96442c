//go:build !older

package main

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"iter"
	"log/slog"
	"math/bits"
	"os"
	"slices"
	"strconv"
	"sync"

	pubsub "github.com/libp2p/go-libp2p-pubsub"
	"github.com/libp2p/go-libp2p-pubsub/partialmessages"
	pb "github.com/libp2p/go-libp2p-pubsub/pb"
	"github.com/libp2p/go-libp2p/core/peer"
)

// The parts of messages that scripts are about: eight of 1024 bytes, named by a number of eight bytes; the metadata is one byte, the bits
// of the parts that a peer has, and it wants the others. Sent are the bits, the parts, and the name.
const (
	partCount = 8
	partBytes = 1024
	nameBytes = 8
	allParts  = 0xff
)

type parts [partCount][]byte

func (p *parts) bits() (b byte) {
	for i := range p {
		if p[i] != nil {
			b |= 1 << i
		}
	}
	return b
}

// fill makes the parts of these bits: counted up from the name, in numbers of eight bytes.
func (p *parts) fill(group uint64, which byte) {
	for i := range p {
		if which>>i&1 == 0 {
			continue
		}
		p[i] = nil
		for j := range partBytes / 8 {
			p[i] = binary.BigEndian.AppendUint64(p[i], group+uint64(i*partBytes/8+j))
		}
	}
}

// take adds the parts that came, and gives their bits.
func (p *parts) take(sent []byte) (byte, error) {
	if len(sent) == 0 || len(sent) != 1+partBytes*bits.OnesCount8(sent[0])+nameBytes {
		return 0, errors.New("malformed parts")
	}
	at := 1
	for i := range p {
		if sent[0]>>i&1 == 0 {
			continue
		}
		if p[i] == nil {
			p[i] = slices.Clone(sent[at : at+partBytes])
		}
		at += partBytes
	}
	return sent[0], nil
}

func (p *parts) encoded(which byte, group []byte) []byte {
	out := []byte{which}
	for i := range p {
		if which>>i&1 != 0 {
			out = append(out, p[i]...)
		}
	}
	return append(out, group...)
}

// What is known of a peer: which parts it has, once it said so, and what we told it that we have.
type knownParts struct {
	said, told bool
	has, ours  byte
}

type partsKey struct {
	topic string
	group uint64
}

type scriptParts struct {
	sync.Mutex
	node *scriptNode
	all  map[partsKey]*parts
}

func newParts(n *scriptNode) *scriptParts {
	return &scriptParts{node: n, all: map[partsKey]*parts{}}
}

func (s *scriptParts) options() []pubsub.Option {
	return []pubsub.Option{pubsub.WithPartialMessagesExtension(&partialmessages.PartialMessagesExtension[knownParts]{
		Logger:             slog.New(slog.NewTextHandler(io.Discard, nil)),
		OnIncomingRPC:      s.incoming,
		OnEmitGossip:       s.gossip,
		GroupTTLByHeatbeat: 5,
	})}
}

func (s *scriptParts) joining() []pubsub.TopicOpt {
	return []pubsub.TopicOpt{pubsub.RequestPartialMessages()}
}

func (s *scriptParts) of(topic string, group uint64) *parts {
	key := partsKey{topic, group}
	if s.all[key] == nil {
		s.all[key] = &parts{}
	}
	return s.all[key]
}

func (s *scriptParts) add(topic string, group uint64, which byte) error {
	s.Lock()
	defer s.Unlock()
	p := s.of(topic, group)
	before := p.bits()
	p.fill(group, which)
	s.told(group, before, p.bits())
	return nil
}

func (s *scriptParts) told(group uint64, before, now byte) {
	if before != allParts && now == allParts {
		s.node.say("All parts received", fields{"id": strconv.FormatUint(group, 10)})
	}
}

func (s *scriptParts) incoming(from peer.ID, states map[peer.ID]knownParts, rpc *pb.PartialMessagesExtension) error {
	if len(rpc.GroupID) != nameBytes {
		return errors.New("malformed group")
	}
	s.Lock()
	defer s.Unlock()
	group := binary.BigEndian.Uint64(rpc.GroupID)
	p := s.of(rpc.GetTopicID(), group)
	before := p.bits()
	known := states[from]
	if len(rpc.PartialMessage) > 0 {
		came, err := p.take(rpc.PartialMessage)
		if err != nil {
			return err
		}
		known.said, known.has = true, known.has|came
	}
	if len(rpc.PartsMetadata) == 1 {
		known.said, known.has = true, known.has|rpc.PartsMetadata[0]
	}
	states[from] = known
	now := p.bits()
	s.told(group, before, now)
	if now != before {
		go s.answer(rpc.GetTopicID(), group, nil)
	} else if len(rpc.PartsMetadata) == 1 && rpc.PartsMetadata[0] != now {
		go s.answer(rpc.GetTopicID(), group, []peer.ID{from})
	}
	return nil
}

func (s *scriptParts) gossip(topic string, group []byte, peers []peer.ID, _ map[peer.ID]knownParts) {
	go s.answer(topic, binary.BigEndian.Uint64(group), peers)
}

// publish says what we have, to these peers of the group or all of them.
func (s *scriptParts) publish(topic string, group uint64, to []peer.ID) error {
	name := binary.BigEndian.AppendUint64(nil, group)
	actions := func(states map[peer.ID]knownParts, wants func(peer.ID) bool) iter.Seq2[peer.ID, partialmessages.PublishAction] {
		return func(yield func(peer.ID, partialmessages.PublishAction) bool) {
			s.Lock()
			defer s.Unlock()
			p := s.of(topic, group)
			for id, known := range states {
				if to != nil && !slices.Contains(to, id) {
					continue
				}
				action := known.next(p, name, wants(id))
				states[id] = known
				if !yield(id, action) {
					return
				}
			}
		}
	}
	return pubsub.PublishPartial(s.node.pubsub, topic, name, actions)
}

// next is what to tell a peer now.
func (k *knownParts) next(p *parts, name []byte, wants bool) (action partialmessages.PublishAction) {
	ours := p.bits()
	if lacks := ours &^ k.has; k.said && lacks != 0 && wants {
		action.EncodedPartialMessage = p.encoded(lacks, name)
		k.has |= lacks
	}
	if !k.told || k.ours != ours {
		action.EncodedPartsMetadata = []byte{ours}
		k.told, k.ours = true, ours
	}
	return action
}

// answer publishes from within pubsub, which waits for no one there.
func (s *scriptParts) answer(topic string, group uint64, to []peer.ID) {
	if err := s.publish(topic, group, to); err != nil {
		fmt.Fprintf(os.Stderr, "node %d: parts were not published: %v\n", s.node.number, err)
	}
}
