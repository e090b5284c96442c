package main

import (
	"context"
	"crypto/ed25519"
	"encoding/binary"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/libp2p/go-libp2p"
	pubsub "github.com/libp2p/go-libp2p-pubsub"
	pb "github.com/libp2p/go-libp2p-pubsub/pb"
	"github.com/libp2p/go-libp2p/core/crypto"
	"github.com/libp2p/go-libp2p/core/host"
	"github.com/libp2p/go-libp2p/core/network"
	"github.com/libp2p/go-libp2p/core/peer"
	"github.com/libp2p/go-libp2p/p2p/muxer/yamux"
	"github.com/libp2p/go-libp2p/p2p/security/noise"
	"github.com/libp2p/go-libp2p/p2p/transport/tcp"
	"github.com/multiformats/go-multiaddr"
)

const (
	messageMax      = 10 << 20
	connectPatience = 60 * time.Second
	connectPause    = 200 * time.Millisecond
)

// An instruction of a script of libp2p/test-plans' gossipsub-interop; each type has some of the fields.
type instruction struct {
	Type             string
	NodeID           int             `json:"nodeID"`
	Instruction      *instruction    `json:"instruction"`
	ConnectTo        []int           `json:"connectTo"`
	ElapsedSeconds   float64         `json:"elapsedSeconds"`
	TopicID          string          `json:"topicID"`
	DelaySeconds     float64         `json:"delaySeconds"`
	MessageID        uint64          `json:"messageID"`
	MessageSizeBytes int             `json:"messageSizeBytes"`
	GossipSubParams  json.RawMessage `json:"gossipSubParams"`
	Partial          bool            `json:"partial"`
	GroupID          uint64          `json:"groupID"`
	Parts            byte            `json:"parts"`
	PublishToNodeIDs []int           `json:"publishToNodeIDs"`
}

type scriptNode struct {
	number, port int
	here         bool
	start        time.Time
	quiet        bool
	host         host.Host
	pubsub       *pubsub.PubSub
	topics       map[string]*pubsub.Topic
	delays       map[string]time.Duration
	parts        *scriptParts
}

func seeded(number int) crypto.PrivKey {
	seed := make([]byte, ed25519.SeedSize)
	binary.LittleEndian.PutUint32(seed, uint32(number))
	key, err := crypto.UnmarshalEd25519PrivateKey(ed25519.NewKeyFromSeed(seed))
	if err != nil {
		panic(err)
	}
	return key
}

func (n *scriptNode) place(number int) string {
	if n.here {
		return fmt.Sprintf("/ip4/127.0.0.1/tcp/%d", n.port+number)
	}
	return fmt.Sprintf("/dns4/node%d/tcp/%d", number, n.port)
}

func (n *scriptNode) say(what string, f fields) {
	f["time"] = time.Now().UTC().Format(time.RFC3339Nano)
	f["msg"] = what
	f["node_id"] = n.number
	emit(f)
}

func (n *scriptNode) step(i instruction) error {
	switch i.Type {
	case "ifNodeIDEquals":
		if i.NodeID == n.number {
			return n.step(*i.Instruction)
		}
	case "initGossipSub":
		return n.begin(i.GossipSubParams)
	case "connect":
		for _, to := range i.ConnectTo {
			if err := n.connect(to); err != nil {
				return err
			}
		}
	case "waitUntil":
		time.Sleep(time.Until(n.start.Add(time.Duration(i.ElapsedSeconds * float64(time.Second)))))
	case "setTopicValidationDelay":
		n.delays[i.TopicID] = time.Duration(i.DelaySeconds * float64(time.Second))
	case "subscribeToTopic":
		t, err := n.topic(i.TopicID, i.Partial)
		if err != nil {
			return err
		}
		s, err := t.Subscribe()
		if err != nil {
			return err
		}
		go func() {
			for {
				if _, err := s.Next(context.Background()); err != nil {
					return
				}
			}
		}()
	case "publish":
		t, err := n.topic(i.TopicID, false)
		if err != nil {
			return err
		}
		data := make([]byte, max(8, i.MessageSizeBytes))
		binary.BigEndian.PutUint64(data, i.MessageID)
		if !n.quiet {
			n.say("Publishing", fields{"id": strconv.FormatUint(i.MessageID, 10)})
		}
		return t.Publish(context.Background(), data)
	case "addPartialMessage":
		if _, err := n.topic(i.TopicID, true); err != nil {
			return err
		}
		return n.parts.add(i.TopicID, i.GroupID, i.Parts)
	case "publishPartial":
		var to []peer.ID
		for _, each := range i.PublishToNodeIDs {
			id, err := peer.IDFromPrivateKey(seeded(each))
			if err != nil {
				return err
			}
			to = append(to, id)
		}
		n.say("Publishing Parts", fields{"id": strconv.FormatUint(i.GroupID, 10)})
		return n.parts.publish(i.TopicID, i.GroupID, to)
	default:
		return fmt.Errorf("instruction %s is not known", i.Type)
	}
	return nil
}

func (n *scriptNode) begin(raw json.RawMessage) error {
	params := pubsub.DefaultGossipSubParams()
	if raw != nil {
		if err := json.Unmarshal(raw, &params); err != nil {
			return err
		}
	}
	listen := fmt.Sprintf("/ip4/0.0.0.0/tcp/%d", n.port)
	if n.here {
		listen = n.place(n.number)
	}
	h, err := libp2p.New(libp2p.Identity(seeded(n.number)), libp2p.ListenAddrStrings(listen), libp2p.Transport(tcp.NewTCPTransport),
		libp2p.Security(noise.ID, noise.New), libp2p.Muxer(yamux.ID, yamux.DefaultTransport), libp2p.DisableRelay(), libp2p.DisableMetrics(),
		libp2p.DisableIdentifyAddressDiscovery(), libp2p.ResourceManager(&network.NullResourceManager{}))
	if err != nil {
		return err
	}
	n.host = h
	n.parts = newParts(n)
	n.pubsub, err = pubsub.NewGossipSub(context.Background(), h, append(n.parts.options(), pubsub.WithGossipSubParams(params),
		pubsub.WithMessageSignaturePolicy(pubsub.StrictNoSign), pubsub.WithNoAuthor(), pubsub.WithMaxMessageSize(messageMax),
		pubsub.WithMessageIdFn(func(m *pb.Message) string { return string(m.Data[:min(8, len(m.Data))]) }),
		pubsub.WithRawTracer(receipts{node: n}))...)
	n.say("PeerID", fields{"id": h.ID().String()})
	return err
}

func (n *scriptNode) connect(to int) error {
	id, err := peer.IDFromPrivateKey(seeded(to))
	if err != nil {
		return err
	}
	address, err := multiaddr.NewMultiaddr(n.place(to))
	if err != nil {
		return err
	}
	for until := time.Now().Add(connectPatience); ; time.Sleep(connectPause) {
		// it may not be there yet
		c, cancel := context.WithTimeout(context.Background(), 10*time.Second)
		err = n.host.Connect(c, peer.AddrInfo{ID: id, Addrs: []multiaddr.Multiaddr{address}})
		cancel()
		if err == nil || time.Now().After(until) {
			return err
		}
	}
}

func (n *scriptNode) topic(name string, partial bool) (*pubsub.Topic, error) {
	if t := n.topics[name]; t != nil {
		return t, nil
	}
	if delay := n.delays[name]; delay > 0 {
		if err := n.pubsub.RegisterTopicValidator(name, func(context.Context, peer.ID, *pubsub.Message) bool {
			time.Sleep(delay)
			return true
		}); err != nil {
			return nil, err
		}
	}
	var options []pubsub.TopicOpt
	if partial {
		options = n.parts.joining()
	}
	t, err := n.pubsub.Join(name, options...)
	n.topics[name] = t
	return t, err
}

// receipts tells of each message that comes, copies too.
type receipts struct {
	meshes
	node *scriptNode
}

func (r receipts) received(m *pubsub.Message) {
	if r.node.quiet || len(m.Data) < 8 || m.ReceivedFrom == r.node.host.ID() {
		return
	}
	r.node.say("Received Message", fields{"id": strconv.FormatUint(binary.BigEndian.Uint64(m.Data), 10), "from": m.ReceivedFrom.String(),
		"topic": m.GetTopic()})
}

func (r receipts) DeliverMessage(m *pubsub.Message)   { r.received(m) }
func (r receipts) DuplicateMessage(m *pubsub.Message) { r.received(m) }
func (receipts) Graft(peer.ID, string)                {}
func (receipts) Prune(peer.ID, string)                {}
func (receipts) RemovePeer(peer.ID)                   {}
func (receipts) OnClosedOutboundStream(peer.ID)       {}

// runScript does what a script says, as one of its nodes or several, and ends with a status.
func runScript(arguments []string) int {
	flags := flag.NewFlagSet("go-peer gossip-script", flag.ExitOnError)
	params := flags.String("params", "", "the script: a JSON object with a list \"script\"")
	nodes := flags.String("nodes", "", "the nodes to be, with commas, instead of the one of the host's name (node<N>)")
	port := flags.Int("port", 0, "all nodes are on 127.0.0.1, node N listens on this port + N")
	start := flags.Int64("start", time.Now().UnixMilli(), "when the script begins, in milliseconds since 1970")
	quiet := flags.Bool("quiet", false, "say nothing of messages")
	flags.Parse(arguments)
	var file struct{ Script []instruction }
	text, err := os.ReadFile(*params)
	if err == nil {
		err = json.Unmarshal(text, &file)
	}
	if err != nil {
		fmt.Fprintf(os.Stderr, "go-peer: %v\n", err)
		return 1
	}
	if *nodes == "" {
		name, _ := os.Hostname()
		*nodes = strings.TrimPrefix(name, "node")
	}
	var done sync.WaitGroup
	status := 0
	for _, each := range strings.Split(*nodes, ",") {
		number, err := strconv.Atoi(each)
		if err != nil {
			fmt.Fprintf(os.Stderr, "go-peer: %v\n", err)
			return 2
		}
		n := &scriptNode{number: number, port: *port, here: *port != 0, start: time.UnixMilli(*start), quiet: *quiet,
			topics: map[string]*pubsub.Topic{}, delays: map[string]time.Duration{}}
		if !n.here {
			n.port = 9000
		}
		done.Go(func() {
			for _, i := range file.Script {
				if err := n.step(i); err != nil {
					fmt.Fprintf(os.Stderr, "node %d: %v\n", n.number, err)
					status = 1
					return
				}
			}
		})
	}
	done.Wait()
	return status
}
