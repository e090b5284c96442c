package main

import (
	"context"
	"errors"
	"io"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/libp2p/go-libp2p/core/crypto"
	"github.com/libp2p/go-libp2p/core/event"
	"github.com/libp2p/go-libp2p/core/host"
	"github.com/libp2p/go-libp2p/core/network"
	"github.com/libp2p/go-libp2p/core/peer"
	"github.com/libp2p/go-libp2p/core/record"
	"github.com/libp2p/go-libp2p/p2p/host/eventbus"
	"github.com/libp2p/go-libp2p/p2p/protocol/identify"
	"github.com/libp2p/go-libp2p/p2p/protocol/identify/pb"
	"github.com/libp2p/go-msgio/pbio"
	"github.com/multiformats/go-multiaddr"
	"google.golang.org/protobuf/proto"
)

const identifyBytesMax = 64 << 10

// identity is what one peer has told of itself on its connections.
type identity struct {
	messages                      int
	protocolVersion, agentVersion string
	publicKey, observed           string
	listen, protocols             []string
	envelope                      []byte
}

type identities struct {
	host    host.Host
	lock    sync.Mutex
	known   map[peer.ID]*identity
	changed chan struct{} // closed and replaced at each change
}

func newIdentities(h host.Host) (*identities, error) {
	i := &identities{host: h, known: map[peer.ID]*identity{}, changed: make(chan struct{})}
	events, err := h.EventBus().Subscribe(new(event.EvtPeerIdentificationCompleted), eventbus.BufSize(256))
	if err != nil {
		return nil, err
	}
	go func() {
		for e := range events.Out() {
			i.heard(e.(event.EvtPeerIdentificationCompleted))
		}
	}()
	return i, nil
}

// heard takes what go-libp2p made of an identify message or a push, which it tells of in the same way.
func (i *identities) heard(e event.EvtPeerIdentificationCompleted) {
	var envelope []byte
	if e.SignedPeerRecord != nil {
		envelope, _ = e.SignedPeerRecord.Marshal()
	}
	key := ""
	if k := i.host.Peerstore().PubKey(e.Peer); k != nil {
		key = strings.ToLower(k.Type().String())
	}
	observed := ""
	if e.ObservedAddr != nil {
		observed = e.ObservedAddr.String()
	}
	protocols := []string{}
	for _, p := range e.Protocols {
		protocols = append(protocols, string(p))
	}
	i.merge(e.Peer, identity{
		protocolVersion: e.ProtocolVersion, agentVersion: e.AgentVersion, publicKey: key, observed: observed,
		listen: texts(e.ListenAddrs), protocols: protocols, envelope: envelope,
	})
}

func texts(addresses []multiaddr.Multiaddr) []string {
	all := []string{}
	for _, a := range addresses {
		all = append(all, a.String())
	}
	return all
}

// merge: what a message leaves out stays as it was.
func (i *identities) merge(from peer.ID, news identity) {
	i.lock.Lock()
	k := i.known[from]
	if k == nil {
		k = &identity{}
		i.known[from] = k
	}
	k.messages++
	for _, field := range []struct{ into, value *string }{
		{&k.protocolVersion, &news.protocolVersion}, {&k.agentVersion, &news.agentVersion},
		{&k.publicKey, &news.publicKey}, {&k.observed, &news.observed},
	} {
		if *field.value != "" {
			*field.into = *field.value
		}
	}
	if len(news.listen) > 0 {
		k.listen = news.listen
	}
	if len(news.protocols) > 0 {
		k.protocols = news.protocols
	}
	if news.envelope != nil {
		k.envelope = news.envelope
	}
	told := k.fields()
	close(i.changed)
	i.changed = make(chan struct{})
	i.lock.Unlock()
	told["event"] = "identified"
	told["peer"] = from.String()
	emit(told)
}

func (k *identity) fields() fields {
	f := fields{
		"messages": k.messages, "protocolVersion": k.protocolVersion, "agentVersion": k.agentVersion,
		"publicKey": k.publicKey, "listenAddrs": k.listen, "protocols": k.protocols, "observedAddr": nil,
	}
	if k.observed != "" {
		f["observedAddr"] = k.observed
	}
	return f
}

func (i *identities) forget(who peer.ID) {
	i.lock.Lock()
	defer i.lock.Unlock()
	delete(i.known, who)
}

// when waits until what is known of the peer satisfies the test.
func (i *identities) when(ctx context.Context, who peer.ID, test func(*identity) bool) (identity, error) {
	for {
		i.lock.Lock()
		k, changed := i.known[who], i.changed
		if k != nil && test(k) {
			defer i.lock.Unlock()
			return *k, nil
		}
		i.lock.Unlock()
		select {
		case <-changed:
		case <-ctx.Done():
			return identity{}, ctx.Err()
		}
	}
}

func (i *identities) of(ctx context.Context, who peer.ID) (fields, error) {
	k, err := i.when(ctx, who, func(*identity) bool { return true })
	if err != nil {
		return nil, err
	}
	f := k.fields()
	f["signedPeerRecord"] = nil
	if k.envelope != nil {
		f["signedPeerRecord"] = opened(k.envelope, who)
	}
	return f, nil
}

func (i *identities) awaitProtocol(ctx context.Context, who peer.ID, id string, present bool) (fields, error) {
	k, err := i.when(ctx, who, func(k *identity) bool { return slices.Contains(k.protocols, id) == present })
	return fields{"protocols": k.protocols}, err
}

// opened verifies the envelope again, apart from go-libp2p's own check.
func opened(envelope []byte, sender peer.ID) fields {
	parsed, content, err := record.ConsumeEnvelope(envelope, peer.PeerRecordEnvelopeDomain)
	if err != nil {
		return fields{"verified": false, "error": err.Error()}
	}
	r, ok := content.(*peer.PeerRecord)
	if !ok {
		return fields{"verified": false, "error": "it is no peer record"}
	}
	if !r.PeerID.MatchesPublicKey(parsed.PublicKey) || r.PeerID != sender {
		return fields{"verified": false, "error": "the record is not about its signer and sender"}
	}
	return fields{"verified": true, "peerId": r.PeerID.String(), "seq": strconv.FormatUint(r.Seq, 10), "addresses": texts(r.Addrs)}
}

// ask reads a fresh identify message, which go-libp2p itself asks for only once in a connection.
func (i *identities) ask(ctx context.Context, n *node, who string) error {
	return n.withStream(ctx, who, identify.ID, func(s network.Stream) error {
		reader := pbio.NewDelimitedReader(s, identifyBytesMax)
		var all pb.Identify
		for {
			var part pb.Identify
			if err := reader.ReadMsg(&part); errors.Is(err, io.EOF) {
				break
			} else if err != nil {
				return err
			}
			proto.Merge(&all, &part)
		}
		news := identity{
			protocolVersion: all.GetProtocolVersion(), agentVersion: all.GetAgentVersion(),
			protocols: all.Protocols, envelope: all.SignedPeerRecord,
		}
		if key, err := crypto.UnmarshalPublicKey(all.PublicKey); err == nil {
			news.publicKey = strings.ToLower(key.Type().String())
		}
		if a, err := multiaddr.NewMultiaddrBytes(all.ObservedAddr); err == nil {
			news.observed = a.String()
		}
		for _, b := range all.ListenAddrs {
			a, err := multiaddr.NewMultiaddrBytes(b)
			if err != nil {
				return err
			}
			news.listen = append(news.listen, a.String())
		}
		i.merge(s.Conn().RemotePeer(), news)
		return nil
	})
}
