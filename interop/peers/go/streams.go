package main

import (
	"context"
	"crypto/aes"
	"crypto/cipher"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"io"
	"math"
	"strconv"
	"time"

	"github.com/libp2p/go-libp2p/core/network"
)

const (
	echoProtocol = "/echo/1.0.0"
	perfProtocol = "/perf/1.0.0"
	chunkDefault = 65536
)

// keyStream gives the pseudo-random bytes of a seed: AES-256-CTR, key = SHA-256 of the seed's decimal text, counter from zero.
func keyStream(seed int64) cipher.Stream {
	key := sha256.Sum256([]byte(strconv.FormatInt(seed, 10)))
	block, err := aes.NewCipher(key[:])
	if err != nil {
		panic(err)
	}
	return cipher.NewCTR(block, make([]byte, aes.BlockSize))
}

func hexSum(h hash.Hash) string { return hex.EncodeToString(h.Sum(nil)) }

// serveEcho sends every byte back, answers FIN with FIN, and reports the stream.
func serveEcho(s network.Stream) {
	h := sha256.New()
	count, err := io.CopyBuffer(s, struct{ io.Reader }{io.TeeReader(s, h)}, make([]byte, chunkDefault))
	if err == nil {
		err = s.Close()
	} else {
		s.Reset()
	}
	report := fields{"event": "echoed", "peer": s.Conn().RemotePeer().String(), "bytes": count, "sha256": hexSum(h)}
	if err != nil {
		report["error"] = err.Error()
	}
	emit(report)
}

// echo sends seeded bytes while it reads what comes back, then half-closes and reads to the end.
func (n *node) echo(ctx context.Context, r request) (fields, error) {
	seed, chunk := int64(1), chunkDefault
	if r.Seed != nil {
		seed = *r.Seed
	}
	if r.Chunk > 0 {
		chunk = r.Chunk
	}
	if r.Bytes < 0 {
		return nil, errors.New("bytes must be a whole number")
	}
	sent, received := sha256.New(), sha256.New()
	var back int64
	start := time.Now()
	err := n.withStream(ctx, r.Peer, echoProtocol, func(s network.Stream) error {
		writing := make(chan error, 1)
		go func() { writing <- send(s, keyStream(seed), sent, r.Bytes, chunk) }()
		var err error
		back, err = io.Copy(received, s)
		if err != nil {
			s.Reset() // so that the writer ends too
		}
		return errors.Join(<-writing, err)
	})
	return fields{
		"bytes": r.Bytes, "receivedBytes": back, "sentSha256": hexSum(sent), "receivedSha256": hexSum(received),
		"millis": time.Since(start).Milliseconds(),
	}, err
}

func send(s network.Stream, stream cipher.Stream, sent io.Writer, bytes int64, chunk int) error {
	buffer := make([]byte, chunk)
	for left := bytes; left > 0; {
		part := buffer[:min(int64(chunk), left)]
		clear(part)
		stream.XORKeyStream(part, part)
		sent.Write(part)
		if _, err := s.Write(part); err != nil {
			return err
		}
		left -= int64(len(part))
	}
	return s.CloseWrite()
}

var zeros [chunkDefault]byte

// servePerf: 8 bytes say how much to send back, then the upload, then FIN; only then we answer (libp2p specs, perf/perf.md).
func servePerf(s network.Stream) {
	err := func() error {
		var header [8]byte
		if _, err := io.ReadFull(s, header[:]); err != nil {
			return err
		}
		wanted := binary.BigEndian.Uint64(header[:])
		if wanted > math.MaxInt64 {
			return fmt.Errorf("%d bytes are too many", wanted)
		}
		if _, err := io.Copy(io.Discard, s); err != nil {
			return err
		}
		if err := sendZeros(s, int64(wanted)); err != nil {
			return err
		}
		return s.Close()
	}()
	if err != nil {
		s.Reset()
	}
}

func sendZeros(s io.Writer, count int64) error {
	for count > 0 {
		part := zeros[:min(int64(len(zeros)), count)]
		if _, err := s.Write(part); err != nil {
			return err
		}
		count -= int64(len(part))
	}
	return nil
}

// perf: the upload lasts until the first byte (or the end) that comes back, the download from there to the end.
func (n *node) perf(ctx context.Context, r request) (fields, error) {
	var start, uploaded, end time.Time
	var back int64
	err := n.withStream(ctx, r.Peer, perfProtocol, func(s network.Stream) error {
		start = time.Now()
		header := binary.BigEndian.AppendUint64(nil, uint64(r.Download))
		if _, err := s.Write(header); err != nil {
			return err
		}
		if err := sendZeros(s, r.Upload); err != nil {
			return err
		}
		if err := s.CloseWrite(); err != nil {
			return err
		}
		buffer := make([]byte, chunkDefault)
		for {
			count, err := s.Read(buffer)
			if uploaded.IsZero() {
				uploaded = time.Now()
			}
			back += int64(count)
			if err == io.EOF {
				end = time.Now()
				return nil
			}
			if err != nil {
				return err
			}
		}
	})
	if err == nil && back != r.Download {
		err = fmt.Errorf("asked for %d bytes, got %d", r.Download, back)
	}
	return fields{
		"uploadBytes": r.Upload, "downloadBytes": back,
		"uploadMillis": uploaded.Sub(start).Milliseconds(), "downloadMillis": end.Sub(uploaded).Milliseconds(),
	}, err
}
