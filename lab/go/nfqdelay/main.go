package main

import (
	"context"
	nfq "github.com/florianl/go-nfqueue/v2"
	"os"
	"strconv"
	"time"
)

func main() {
	q, _ := strconv.Atoi(os.Args[1])
	ms, _ := strconv.Atoi(os.Args[2])
	n, err := nfq.Open(&nfq.Config{
		NfQueue:      uint16(q),
		MaxPacketLen: 0xFFFF,
		MaxQueueLen:  4096,
		Copymode:     nfq.NfQnlCopyMeta,
		WriteTimeout: 15 * time.Millisecond,
	})
	if err != nil {
		panic(err)
	}
	err = n.RegisterWithErrorFunc(context.Background(), func(a nfq.Attribute) int {
		id := *a.PacketID
		time.AfterFunc(time.Duration(ms)*time.Millisecond, func() { n.SetVerdict(id, nfq.NfAccept) })
		return 0
	}, func(e error) int { return 0 })
	if err != nil {
		panic(err)
	}
	select {}
}
