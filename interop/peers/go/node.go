package main

import (
	"crypto/elliptic"
	"crypto/rand"
	"fmt"
	"maps"
	"os"
	"runtime"
	"runtime/debug"
	"slices"
	"strings"
	"sync"

	"github.com/libp2p/go-libp2p"
	mplex "github.com/libp2p/go-libp2p-mplex"
	"github.com/libp2p/go-libp2p/core/crypto"
	"github.com/libp2p/go-libp2p/core/host"
	"github.com/libp2p/go-libp2p/core/network"
	"github.com/libp2p/go-libp2p/core/peer"
	"github.com/libp2p/go-libp2p/core/protocol"
	"github.com/libp2p/go-libp2p/p2p/muxer/yamux"
	"github.com/libp2p/go-libp2p/p2p/security/insecure"
	"github.com/libp2p/go-libp2p/p2p/security/noise"
	tls "github.com/libp2p/go-libp2p/p2p/security/tls"
	quic "github.com/libp2p/go-libp2p/p2p/transport/quic"
	"github.com/libp2p/go-libp2p/p2p/transport/tcp"
	webrtc "github.com/libp2p/go-libp2p/p2p/transport/webrtc"
	"github.com/libp2p/go-libp2p/p2p/transport/websocket"
	webtransport "github.com/libp2p/go-libp2p/p2p/transport/webtransport"
)

// A transport in go-libp2p's options, and where it listens by default.
type transport struct {
	option func() (libp2p.Option, error)
	listen string
}

func plainly(constructor any) func() (libp2p.Option, error) {
	return func() (libp2p.Option, error) { return libp2p.Transport(constructor), nil }
}

var transports = map[string]transport{
	"tcp":           {option: plainly(tcp.NewTCPTransport), listen: "/ip4/127.0.0.1/tcp/0"},
	"ws":            {option: plainly(websocket.New), listen: "/ip4/127.0.0.1/tcp/0/ws"},
	"wss":           {option: secureWebSockets, listen: "/ip4/127.0.0.1/tcp/0/tls/ws"},
	"quic-v1":       {option: plainly(quic.NewTransport), listen: "/ip4/127.0.0.1/udp/0/quic-v1"},
	"webtransport":  {option: plainly(webtransport.New), listen: "/ip4/127.0.0.1/udp/0/quic-v1/webtransport"},
	"webrtc-direct": {option: plainly(webrtc.New), listen: "/ip4/127.0.0.1/udp/0/webrtc-direct"},
}

var securities = map[string]libp2p.Option{
	"noise":     libp2p.Security(noise.ID, noise.New),
	"tls":       libp2p.Security(tls.ID, tls.New),
	"plaintext": libp2p.Security(insecure.ID, insecure.NewWithIdentity),
}

var muxers = map[string]libp2p.Option{
	"yamux": libp2p.Muxer(yamux.ID, yamux.DefaultTransport),
	"mplex": libp2p.Muxer(mplex.ID, mplex.DefaultTransport),
}

var keys = map[string]func() (crypto.PrivKey, crypto.PubKey, error){
	"ed25519":   func() (crypto.PrivKey, crypto.PubKey, error) { return crypto.GenerateEd25519Key(rand.Reader) },
	"secp256k1": func() (crypto.PrivKey, crypto.PubKey, error) { return crypto.GenerateSecp256k1Key(rand.Reader) },
	"rsa":       func() (crypto.PrivKey, crypto.PubKey, error) { return crypto.GenerateRSAKeyPair(2048, rand.Reader) },
	"ecdsa": func() (crypto.PrivKey, crypto.PubKey, error) {
		return crypto.GenerateECDSAKeyPairWithCurve(elliptic.P256(), rand.Reader)
	},
}

func sorted[T any](m map[string]T) []string {
	return slices.Sorted(maps.Keys(m))
}

func description() fields {
	packages := map[string]string{}
	if info, ok := debug.ReadBuildInfo(); ok {
		for _, m := range info.Deps {
			if strings.HasPrefix(m.Path, "github.com/libp2p/go-") {
				packages[m.Path] = m.Version
			}
		}
	}
	return fields{
		"peer":     "go",
		"version":  packages["github.com/libp2p/go-libp2p"],
		"runtime":  runtime.Version(),
		"packages": packages,
		"dials":    sorted(transports),
		"listens":  sorted(transports),
		"security": sorted(securities),
		"muxers":   sorted(muxers),
		"keys":     sorted(keys),
		"features": fields{"transport": "both", "identify": "both", "echo": "both", "perf": "both", "gossip": "both", "bench": "both"},
	}
}

type node struct {
	host       host.Host
	identities *identities
	gossip     *gossip
	stopping   sync.Once
}

func newNode(o options) (*node, error) {
	key, _, err := keys[o.key]()
	if err != nil {
		return nil, err
	}
	wire, err := transports[o.transport].option()
	if err != nil {
		return nil, err
	}
	settings := []libp2p.Option{
		libp2p.Identity(key),
		wire,
		securities[o.security],
		muxers[o.muxer],
		libp2p.DisableRelay(),
		libp2p.DisableMetrics(),
		// it would only learn of addresses after four peers have seen them, and say nothing new on loopback
		libp2p.DisableIdentifyAddressDiscovery(),
	}
	if len(o.listen) == 0 {
		settings = append(settings, libp2p.NoListenAddrs)
	} else {
		settings = append(settings, libp2p.ListenAddrStrings(o.listen...))
	}
	if !o.stock {
		settings = append(settings, libp2p.ResourceManager(&network.NullResourceManager{}))
	}
	h, err := libp2p.New(settings...)
	if err != nil {
		return nil, err
	}
	n := &node{host: h}
	if n.identities, err = newIdentities(h); err != nil {
		return nil, err
	}
	h.Network().Notify(&network.NotifyBundle{
		ConnectedF: func(net network.Network, c network.Conn) {
			if len(net.ConnsToPeer(c.RemotePeer())) == 1 {
				emit(fields{"event": "connected", "peer": c.RemotePeer().String()})
			}
		},
		DisconnectedF: func(net network.Network, c network.Conn) {
			if len(net.ConnsToPeer(c.RemotePeer())) == 0 {
				n.identities.forget(c.RemotePeer())
				emit(fields{"event": "disconnected", "peer": c.RemotePeer().String()})
			}
		},
	})
	if n.gossip, err = newGossip(h); err != nil {
		return nil, err
	}
	h.SetStreamHandler(protocol.ID(echoProtocol), serveEcho)
	h.SetStreamHandler(protocol.ID(perfProtocol), servePerf)
	return n, nil
}

func (n *node) addresses() []string {
	all := []string{}
	for _, a := range n.host.Addrs() {
		all = append(all, fmt.Sprintf("%s/p2p/%s", a, n.host.ID()))
	}
	return all
}

func (n *node) connection(to string) (network.Conn, error) {
	id, err := peer.Decode(to)
	if err != nil {
		return nil, err
	}
	for _, c := range n.host.Network().ConnsToPeer(id) {
		if !c.IsClosed() {
			return c, nil
		}
	}
	return nil, fmt.Errorf("not connected to %s", to)
}

func (n *node) stop() {
	n.stopping.Do(func() {
		if err := n.host.Close(); err != nil {
			fmt.Fprintf(os.Stderr, "go-peer: while stopping: %v\n", err)
		}
		os.Exit(0)
	})
}
