//go:build older

package main

import (
	"errors"

	pubsub "github.com/libp2p/go-libp2p-pubsub"
	"github.com/libp2p/go-libp2p/core/peer"
)

// The older packages know no parts of messages.
type scriptParts struct{}

var errNoParts = errors.New("these packages know no parts of messages")

func newParts(*scriptNode) *scriptParts                      { return &scriptParts{} }
func (*scriptParts) options() []pubsub.Option                { return nil }
func (*scriptParts) joining() []pubsub.TopicOpt              { return nil }
func (*scriptParts) add(string, uint64, byte) error          { return errNoParts }
func (*scriptParts) publish(string, uint64, []peer.ID) error { return errNoParts }
