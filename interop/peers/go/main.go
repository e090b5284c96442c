// A go-libp2p node under remote control: commands as JSON lines on standard input, answers and events on standard output.
// See ../README.md for the contract.
package main

import (
	"bufio"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"sync"
	"syscall"
)

const usage = `usage: go-peer [option]...
       go-peer gossip-script --params FILE [--nodes N,...] [--port PORT] [--start MILLIS] [--quiet]

  --transport NAME     tcp (default), ws, wss, quic-v1, webtransport or webrtc-direct
  --security NAME      noise (default), tls or plaintext
  --muxer NAME         yamux (default) or mplex
  --key NAME           ed25519 (default), secp256k1, rsa or ecdsa; made anew at each start
  --listen MULTIADDR   address to listen on, may be repeated; default /ip4/127.0.0.1/tcp/0
  --no-listen          only dial
  --role NAME          what to serve beyond the basics, may be repeated: none so far
  --stock-limits       keep the limits of go-libp2p that are lifted otherwise
  --version            print what this peer is and can do, as one line of JSON
  --help               this text

Commands are JSON lines on standard input, see ../README.md. The end of standard input stops the node.
`

type options struct {
	transport, security, muxer, key string
	listen, roles                   []string
	stock                           bool
}

func usageError(format string, args ...any) {
	fmt.Fprintf(os.Stderr, "go-peer: "+format+"\n\n%s", append(args, usage)...)
	os.Exit(2)
}

func readOptions() options {
	var o options
	var noListen, version, help bool
	flags := flag.NewFlagSet("go-peer", flag.ContinueOnError)
	flags.SetOutput(io.Discard)
	flags.StringVar(&o.transport, "transport", "tcp", "")
	flags.StringVar(&o.security, "security", "noise", "")
	flags.StringVar(&o.muxer, "muxer", "yamux", "")
	flags.StringVar(&o.key, "key", "ed25519", "")
	flags.Func("listen", "", func(s string) error { o.listen = append(o.listen, s); return nil })
	flags.Func("role", "", func(s string) error { o.roles = append(o.roles, s); return nil })
	flags.BoolVar(&noListen, "no-listen", false, "")
	flags.BoolVar(&o.stock, "stock-limits", false, "")
	flags.BoolVar(&version, "version", false, "")
	flags.BoolVar(&help, "help", false, "")
	if err := flags.Parse(os.Args[1:]); err != nil {
		usageError("%v", err)
	}
	if help {
		fmt.Print(usage)
		os.Exit(0)
	}
	if version {
		json.NewEncoder(os.Stdout).Encode(description())
		os.Exit(0)
	}
	if flags.NArg() > 0 {
		usageError("what is %s?", flags.Arg(0))
	}
	if noListen && o.listen != nil {
		usageError("--listen and --no-listen exclude each other")
	}
	choose("transport", o.transport, transports)
	choose("security", o.security, securities)
	choose("muxer", o.muxer, muxers)
	choose("key", o.key, keys)
	for _, role := range o.roles {
		usageError("--role %s is not known", role)
	}
	if o.listen == nil && !noListen {
		o.listen = []string{transports[o.transport].listen}
	}
	return o
}

func choose[T any](option, value string, choices map[string]T) {
	if _, there := choices[value]; !there {
		usageError("--%s must be one of %v", option, sorted(choices))
	}
}

// fields is one JSON object on its way out.
type fields map[string]any

var stdout sync.Mutex

func emit(message fields) {
	line, err := json.Marshal(message)
	if err != nil {
		panic(err)
	}
	stdout.Lock()
	defer stdout.Unlock()
	if _, err := os.Stdout.Write(append(line, '\n')); err != nil {
		os.Exit(0) // whoever read the answers is gone
	}
}

func main() {
	if len(os.Args) > 1 && os.Args[1] == "gossip-script" {
		os.Exit(runScript(os.Args[2:]))
	}
	o := readOptions()
	n, err := newNode(o)
	if err != nil {
		fmt.Fprintf(os.Stderr, "go-peer: %v\n", err)
		os.Exit(1)
	}
	ready := fields{"event": "ready", "peerId": n.host.ID().String(), "addresses": n.addresses()}
	for name, value := range description() {
		ready[name] = value
	}
	emit(ready)

	signals := make(chan os.Signal, 1)
	signal.Notify(signals, syscall.SIGINT, syscall.SIGTERM)
	go func() {
		<-signals
		n.stop()
	}()
	lines := bufio.NewScanner(os.Stdin)
	lines.Buffer(nil, 16<<20)
	for lines.Scan() {
		if len(lines.Bytes()) > 0 {
			n.answer(append([]byte(nil), lines.Bytes()...))
		}
	}
	n.stop()
}
