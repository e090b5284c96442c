package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/libp2p/go-libp2p/core/network"
	"github.com/libp2p/go-libp2p/core/peer"
	"github.com/libp2p/go-libp2p/p2p/protocol/identify"
	"github.com/libp2p/go-libp2p/p2p/protocol/ping"
)

// repeated runs the work so often, one after the other, and says how long it took.
func repeated(count int, work func() error) (fields, error) {
	if count < 1 {
		return nil, fmt.Errorf("count must be at least 1")
	}
	start := time.Now()
	for range count {
		if err := work(); err != nil {
			return nil, err
		}
	}
	return fields{"count": count, "millis": time.Since(start).Milliseconds()}, nil
}

func (n *node) benchHandshakes(ctx context.Context, r request) (fields, error) {
	info, err := peer.AddrInfoFromString(r.Address)
	if err != nil {
		return nil, err
	}
	service, ok := n.host.(interface{ IDService() identify.IDService })
	if !ok {
		return nil, errors.New("the host has no identify")
	}
	n.host.Peerstore().AddAddrs(info.ID, info.Addrs, time.Hour)
	return repeated(r.Count, func() error {
		c, err := n.host.Network().DialPeer(ctx, info.ID)
		if err != nil {
			return err
		}
		select {
		case <-service.IDService().IdentifyWait(c):
		case <-ctx.Done():
			return ctx.Err()
		}
		return c.Close()
	})
}

func (n *node) benchStreams(ctx context.Context, r request) (fields, error) {
	block := make([]byte, ping.PingSize)
	return repeated(r.Count, func() error {
		return n.withStream(ctx, r.Peer, echoProtocol, func(s network.Stream) error {
			if _, err := s.Write(block); err != nil {
				return err
			}
			if err := s.CloseWrite(); err != nil {
				return err
			}
			back, err := io.ReadAll(s)
			if err == nil && len(back) != len(block) {
				err = fmt.Errorf("%d bytes came back", len(back))
			}
			return err
		})
	})
}

func (n *node) benchRoundTrips(ctx context.Context, r request) (fields, error) {
	block := make([]byte, ping.PingSize)
	var result fields
	err := n.withStream(ctx, r.Peer, ping.ID, func(s network.Stream) error {
		var err error
		result, err = repeated(r.Count, func() error {
			if _, err := s.Write(block); err != nil {
				return err
			}
			_, err := io.ReadFull(s, block)
			return err
		})
		return err
	})
	return result, err
}
