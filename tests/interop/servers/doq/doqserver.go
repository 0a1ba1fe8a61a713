// SPDX-License-Identifier: GPL-3.0-or-later

// A DNS over QUIC server (RFC 9250) on quic-go, independent of everything that Sotto is made of. It
// asks an upstream by TCP for each stream, and gives back what it said.
//
//	doqserver LISTEN CERTIFICATE KEY UPSTREAM
package main

import (
	"context"
	"crypto/tls"
	"encoding/binary"
	"io"
	"log"
	"os"
	"time"

	"github.com/lucas-clemente/quic-go"
	"github.com/miekg/dns"
)

const (
	protocolError = 2
	internalError = 1
)

// One stream: a query, its length in front and the stream's end behind it, and the answer likewise.
func serve(connection quic.Connection, stream quic.Stream, upstream string) {
	defer stream.Close()
	framed, err := io.ReadAll(stream)
	query := new(dns.Msg)
	if err != nil { // the client needs the answer no more, which is its right (RFC 9250 section 4.3.1)
		log.Print(err)
		return
	}
	if len(framed) < 2 || int(binary.BigEndian.Uint16(framed)) != len(framed)-2 ||
		query.Unpack(framed[2:]) != nil || query.Id != 0 {
		log.Printf("protocol error: %d bytes", len(framed))
		connection.CloseWithError(protocolError, "not one query with ID 0")
		return
	}
	log.Printf("asked %d %s", len(framed)-2, query.Question[0].Name)
	client := dns.Client{Net: "tcp", Timeout: 5 * time.Second}
	query.Id = dns.Id()
	answer, _, err := client.Exchange(query, upstream)
	if err != nil {
		log.Print(err)
		stream.CancelWrite(internalError)
		return
	}
	answer.Id = 0
	packed, err := answer.Pack()
	if err != nil {
		stream.CancelWrite(internalError)
		return
	}
	stream.Write(append(binary.BigEndian.AppendUint16(nil, uint16(len(packed))), packed...))
}

func accept(connection quic.EarlyConnection, upstream string) {
	go func() {
		<-connection.HandshakeComplete().Done()
		log.Printf("shaken, early data %t", connection.ConnectionState().TLS.Used0RTT)
	}()
	for {
		stream, err := connection.AcceptStream(context.Background())
		if err != nil {
			return
		}
		go serve(connection, stream, upstream)
	}
}

func main() {
	certificate, err := tls.LoadX509KeyPair(os.Args[2], os.Args[3])
	if err != nil {
		log.Fatal(err)
	}
	listener, err := quic.ListenAddrEarly(os.Args[1],
		&tls.Config{Certificates: []tls.Certificate{certificate}, NextProtos: []string{"doq"}},
		&quic.Config{MaxIncomingStreams: 64, MaxIdleTimeout: 10 * time.Second})
	if err != nil {
		log.Fatal(err)
	}
	log.Print("listening")
	for {
		connection, err := listener.Accept(context.Background())
		if err != nil {
			log.Fatal(err)
		}
		log.Printf("connection from %s", connection.RemoteAddr())
		go accept(connection, os.Args[4])
	}
}
