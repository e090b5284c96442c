package main

import (
	"context"
	"encoding/hex"
	"fmt"
	"slices"
	"sync"
	"time"

	pubsub "github.com/libp2p/go-libp2p-pubsub"
	pb "github.com/libp2p/go-libp2p-pubsub/pb"
	"github.com/libp2p/go-libp2p/core/host"
	"github.com/libp2p/go-libp2p/core/network"
	"github.com/libp2p/go-libp2p/core/peer"
	"github.com/libp2p/go-libp2p/core/protocol"
)

const meshPoll = 20 * time.Millisecond

type gossip struct {
	sync.Mutex // of the meshes, which pubsub tells of in the midst of its work
	commands   sync.Mutex
	host       host.Host
	pubsub     *pubsub.PubSub
	topics     map[string]*subscribed
	meshes     map[string]map[peer.ID]bool
}

type subscribed struct {
	topic        *pubsub.Topic
	subscription *pubsub.Subscription
}

// undialled dials nobody to open a stream. Pubsub opens one to each new peer, and would dial back who has closed in the meantime: over TCP
// from port to port, so that a dial of the peer's at the same moment is met by another dial and not by the listener.
type undialled struct{ host.Host }

func (u undialled) NewStream(ctx context.Context, to peer.ID, ids ...protocol.ID) (network.Stream, error) {
	return u.Host.NewStream(network.WithNoDial(ctx, "only who is connected"), to, ids...)
}

func newGossip(h host.Host) (*gossip, error) {
	g := &gossip{host: h, topics: map[string]*subscribed{}, meshes: map[string]map[peer.ID]bool{}}
	p, err := pubsub.NewGossipSub(context.Background(), undialled{h}, pubsub.WithRawTracer(meshes{g}))
	g.pubsub = p
	return g, err
}

func id(m *pb.Message) string {
	return hex.EncodeToString([]byte(pubsub.DefaultMsgIdFn(m)))
}

func (g *gossip) join(name string) (*subscribed, error) {
	g.commands.Lock()
	defer g.commands.Unlock()
	if s := g.topics[name]; s != nil {
		return s, nil
	}
	t, err := g.pubsub.Join(name)
	if err != nil {
		return nil, err
	}
	s := &subscribed{topic: t}
	g.topics[name] = s
	return s, nil
}

func (n *node) subscribe(_ context.Context, r request) (fields, error) {
	g := n.gossip
	s, err := g.join(r.Topic)
	if err != nil || s.subscription != nil {
		return nil, err
	}
	if s.subscription, err = s.topic.Subscribe(); err != nil {
		return nil, err
	}
	go func(sub *pubsub.Subscription) {
		for {
			m, err := sub.Next(context.Background())
			if err != nil {
				return
			}
			if m.ReceivedFrom == g.host.ID() {
				continue
			}
			emit(fields{"event": "message", "topic": m.GetTopic(), "from": m.GetFrom().String(),
				"data": hex.EncodeToString(m.Data), "id": id(m.Message)})
		}
	}(s.subscription)
	return nil, nil
}

func (n *node) unsubscribe(_ context.Context, r request) (fields, error) {
	g := n.gossip
	g.commands.Lock()
	defer g.commands.Unlock()
	s := g.topics[r.Topic]
	if s == nil || s.subscription == nil {
		return nil, fmt.Errorf("not subscribed to %s", r.Topic)
	}
	s.subscription.Cancel()
	s.subscription = nil
	return nil, nil
}

func (n *node) publish(ctx context.Context, r request) (fields, error) {
	g := n.gossip
	s, err := g.join(r.Topic)
	if err != nil {
		return nil, err
	}
	data, err := hex.DecodeString(r.Data)
	if err != nil {
		return nil, err
	}
	// it does not tell the id of what it publishes, nor to whom it went
	return nil, s.topic.Publish(ctx, data)
}

func (n *node) awaitMesh(ctx context.Context, r request) (fields, error) {
	other, err := peer.Decode(r.Peer)
	if err != nil {
		return nil, err
	}
	for {
		n.gossip.Lock()
		in := n.gossip.meshes[r.Topic][other]
		n.gossip.Unlock()
		if in && slices.Contains(n.gossip.pubsub.ListPeers(r.Topic), other) {
			return nil, nil
		}
		select {
		case <-ctx.Done():
			return nil, ctx.Err()
		case <-time.After(meshPoll):
		}
	}
}

// meshes follows who is in the meshes; it has the methods of the older tracers and of the newer.
type meshes struct{ g *gossip }

func (m meshes) set(p peer.ID, topic string, in bool) {
	m.g.Lock()
	defer m.g.Unlock()
	if m.g.meshes[topic] == nil {
		m.g.meshes[topic] = map[peer.ID]bool{}
	}
	m.g.meshes[topic][p] = in
}

func (m meshes) gone(p peer.ID) {
	m.g.Lock()
	defer m.g.Unlock()
	for _, mesh := range m.g.meshes {
		delete(mesh, p)
	}
}

func (m meshes) Graft(p peer.ID, topic string)                      { m.set(p, topic, true) }
func (m meshes) Prune(p peer.ID, topic string)                      { m.set(p, topic, false) }
func (m meshes) RemovePeer(p peer.ID)                               { m.gone(p) }
func (m meshes) OnClosedOutboundStream(p peer.ID)                   { m.gone(p) }
func (meshes) AddPeer(peer.ID, protocol.ID)                         {}
func (meshes) OnNewOutboundStream(peer.ID, protocol.ID)             {}
func (meshes) Join(string)                                          {}
func (meshes) Leave(string)                                         {}
func (meshes) ValidateMessage(*pubsub.Message)                      {}
func (meshes) DeliverMessage(*pubsub.Message)                       {}
func (meshes) RejectMessage(*pubsub.Message, string)                {}
func (meshes) DuplicateMessage(*pubsub.Message)                     {}
func (meshes) ThrottlePeer(peer.ID)                                 {}
func (meshes) RecvRPC(*pubsub.RPC)                                  {}
func (meshes) SendRPC(*pubsub.RPC, peer.ID)                         {}
func (meshes) SendRPCCompleted(*pubsub.RPC, peer.ID, time.Duration) {}
func (meshes) DropRPC(*pubsub.RPC, peer.ID)                         {}
func (meshes) UndeliverableMessage(*pubsub.Message)                 {}
