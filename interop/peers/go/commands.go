package main

import (
	"context"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/libp2p/go-libp2p/core/network"
	"github.com/libp2p/go-libp2p/core/peer"
	"github.com/libp2p/go-libp2p/core/protocol"
	"github.com/libp2p/go-libp2p/p2p/protocol/ping"
	"github.com/multiformats/go-multiaddr"
)

const (
	patience     = 30 * time.Second
	openBytesMax = 65536
)

// request has the fields of all commands; each uses its own.
type request struct {
	ID        json.RawMessage `json:"id"`
	Do        string          `json:"do"`
	TimeoutMs int64           `json:"timeoutMs"`

	Address  string `json:"address"`
	Force    bool   `json:"force"`
	Peer     string `json:"peer"`
	Abort    bool   `json:"abort"`
	Fresh    bool   `json:"fresh"`
	Protocol string `json:"protocol"`
	Present  *bool  `json:"present"`
	Message  string `json:"message"`
	Bytes    int64  `json:"bytes"`
	Seed     *int64 `json:"seed"`
	Chunk    int    `json:"chunk"`
	Upload   int64  `json:"upload"`
	Download int64  `json:"download"`
	Count    int    `json:"count"`
	Topic    string `json:"topic"`
	Data     string `json:"data"`
}

type command func(*node, context.Context, request) (fields, error)

var commands = map[string]command{
	"dial":            (*node).dial,
	"close":           (*node).close,
	"connections":     (*node).connections,
	"handle":          (*node).handle,
	"unhandle":        (*node).unhandle,
	"open":            (*node).open,
	"ping":            (*node).ping,
	"identify":        (*node).identify,
	"awaitProtocol":   (*node).awaitProtocol,
	"echo":            (*node).echo,
	"perf":            (*node).perf,
	"subscribe":       (*node).subscribe,
	"unsubscribe":     (*node).unsubscribe,
	"publish":         (*node).publish,
	"awaitMesh":       (*node).awaitMesh,
	"benchHandshakes": (*node).benchHandshakes,
	"benchStreams":    (*node).benchStreams,
	"benchRoundTrips": (*node).benchRoundTrips,
}

// answer reads a command and sees to it that it is answered, in its own time.
func (n *node) answer(line []byte) {
	var r request
	if err := json.Unmarshal(line, &r); err != nil {
		emit(fields{"id": nil, "ok": false, "error": "not JSON of a command: " + err.Error()})
		return
	}
	if r.Do == "stop" {
		emit(fields{"id": r.ID, "ok": true})
		n.stop()
		return
	}
	work := commands[r.Do]
	if work == nil {
		emit(fields{"id": r.ID, "ok": false, "error": "unknown command " + r.Do})
		return
	}
	limit := patience
	if r.TimeoutMs > 0 {
		limit = time.Duration(r.TimeoutMs) * time.Millisecond
	}
	go func() {
		ctx, cancel := context.WithTimeout(context.Background(), limit)
		defer cancel()
		result, err := work(n, ctx, r)
		if err != nil {
			emit(fields{"id": r.ID, "ok": false, "error": err.Error()})
			return
		}
		reply := fields{"id": r.ID, "ok": true}
		for name, value := range result {
			reply[name] = value
		}
		emit(reply)
	}()
}

func (n *node) dial(ctx context.Context, r request) (fields, error) {
	address, err := multiaddr.NewMultiaddr(r.Address)
	if err != nil {
		return nil, err
	}
	info, err := peer.AddrInfoFromP2pAddr(address)
	if err != nil {
		return nil, err
	}
	if r.Force {
		ctx = network.WithForceDirectDial(ctx, "on command")
	}
	// what is remembered of an earlier dial that failed, or of other addresses, must not decide
	n.host.Peerstore().ClearAddrs(info.ID)
	n.host.Peerstore().AddAddrs(info.ID, info.Addrs, time.Hour)
	c, err := n.host.Network().DialPeer(ctx, info.ID)
	if err != nil {
		return nil, err
	}
	return facts(c), nil
}

func facts(c network.Conn) fields {
	f := fields{"peerId": c.RemotePeer().String(), "address": c.RemoteMultiaddr().String()}
	if state := c.ConnState(); state.Security != "" || state.StreamMultiplexer != "" {
		f["security"] = state.Security
		f["muxer"] = state.StreamMultiplexer
	}
	return f
}

func (n *node) close(_ context.Context, r request) (fields, error) {
	id, err := peer.Decode(r.Peer)
	if err != nil {
		return nil, err
	}
	for _, c := range n.host.Network().ConnsToPeer(id) {
		if r.Abort {
			err = errors.Join(err, c.CloseWithError(0))
		} else {
			err = errors.Join(err, c.Close())
		}
	}
	return nil, err
}

func (n *node) connections(context.Context, request) (fields, error) {
	all := []fields{}
	for _, c := range n.host.Network().Conns() {
		f := facts(c)
		f["peer"] = f["peerId"]
		delete(f, "peerId")
		f["direction"] = map[network.Direction]string{network.DirInbound: "inbound", network.DirOutbound: "outbound"}[c.Stat().Direction]
		f["streams"] = len(c.GetStreams())
		all = append(all, f)
	}
	return fields{"connections": all}, nil
}

func (n *node) handle(_ context.Context, r request) (fields, error) {
	n.host.SetStreamHandler(protocol.ID(r.Protocol), func(s network.Stream) {
		if _, err := io.Copy(io.Discard, s); err != nil {
			s.Reset()
			return
		}
		s.Close()
	})
	return fields{"protocols": n.host.Mux().Protocols()}, nil
}

func (n *node) unhandle(_ context.Context, r request) (fields, error) {
	n.host.RemoveStreamHandler(protocol.ID(r.Protocol))
	return fields{"protocols": n.host.Mux().Protocols()}, nil
}

// withStream opens a stream on the connection that is there, which ends with the context, and is reset if the work fails.
func (n *node) withStream(ctx context.Context, to, protocolID string, work func(network.Stream) error) error {
	c, err := n.connection(to)
	if err != nil {
		return err
	}
	s, err := n.host.NewStream(network.WithNoDial(ctx, "on command"), c.RemotePeer(), protocol.ID(protocolID))
	if err != nil {
		return err
	}
	stop := context.AfterFunc(ctx, func() { s.Reset() })
	defer stop()
	if err := work(s); err != nil {
		s.Reset()
		return errors.Join(err, ctx.Err())
	}
	return s.Close()
}

func (n *node) open(ctx context.Context, r request) (fields, error) {
	message, err := hex.DecodeString(r.Message)
	if err != nil {
		return nil, err
	}
	var received []byte
	err = n.withStream(ctx, r.Peer, r.Protocol, func(s network.Stream) error {
		if _, err := s.Write(message); err != nil {
			return err
		}
		if err := s.CloseWrite(); err != nil {
			return err
		}
		received, err = io.ReadAll(io.LimitReader(s, openBytesMax+1))
		if len(received) > openBytesMax {
			return fmt.Errorf("more than %d bytes came back", openBytesMax)
		}
		return err
	})
	return fields{"received": hex.EncodeToString(received)}, err
}

func (n *node) ping(ctx context.Context, r request) (fields, error) {
	c, err := n.connection(r.Peer)
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithCancel(network.WithNoDial(ctx, "on command"))
	defer cancel()
	select {
	case result := <-ping.Ping(ctx, n.host, c.RemotePeer()):
		return fields{"millis": float64(result.RTT) / float64(time.Millisecond)}, result.Error
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

func (n *node) identify(ctx context.Context, r request) (fields, error) {
	c, err := n.connection(r.Peer)
	if err != nil {
		return nil, err
	}
	if r.Fresh {
		if err := n.identities.ask(ctx, n, r.Peer); err != nil {
			return nil, err
		}
	}
	return n.identities.of(ctx, c.RemotePeer())
}

func (n *node) awaitProtocol(ctx context.Context, r request) (fields, error) {
	id, err := peer.Decode(r.Peer)
	if err != nil {
		return nil, err
	}
	return n.identities.awaitProtocol(ctx, id, r.Protocol, r.Present == nil || *r.Present)
}
