import type { Answer } from './lookups.ts'
import type { Known } from './known.ts'
import type { NodeRoute } from './node-network.ts'
import type { Libc } from './resolution.ts'

/** `0.0.0.0` and `::` are every address. */
export interface Listener {
  readonly ip: string
  readonly port: number
  /** How many wait there, where several do (SO_REUSEPORT). Absent = one, and in old recordings. */
  readonly sockets?: number
  /**
   * Of `::`, where nobody waits at 0.0.0.0: how a connect from the pod to this port of 127.0.0.1 ended. Absent: none
   * was made, or no tool told; and in old recordings.
   */
  readonly v4?: 'open' | 'refused'
}

/** What can be seen of the connections of a pod's own programs, read twice in some seconds. */
export interface PodSockets {
  /** Connects without an answer, by their other end. */
  readonly connecting: readonly WaitingSockets[]
  /** Open connections whose data is sent again and again, and not acknowledged. */
  readonly unacknowledged: readonly UnheardSockets[]
  /** Where connections wait that the program does not accept: the same ones in both reads. */
  readonly unaccepted: readonly UnacceptedSockets[]
  /** `net.ipv4.ip_local_port_range` of the pod's network; null where it could not be read. */
  readonly ports: { readonly from: number; readonly to: number } | null
  /** Other ends to which half of these ports lead at least. */
  readonly crowds: readonly { readonly ip: string; readonly port: number; readonly sockets: number }[]
}

export interface WaitingSockets {
  readonly ip: string
  readonly port: number
  readonly sockets: number
  /** The longest that one of them waited, at the least. */
  readonly ms: number
  /** In how many of the two reads some waited there. */
  readonly reads: number
}

export interface UnheardSockets {
  readonly ip: string
  readonly port: number
  /** The port of the pod that the other end connected to; null where the pod connected. */
  readonly own: number | null
  readonly sockets: number
  /** The most that one of them sent its data again. */
  readonly again: number
}

export interface UnacceptedSockets {
  readonly ip: string
  readonly port: number
  /** At the second read. */
  readonly waits: number
  /** Those that waited at the first read already. */
  readonly stay: number
  /** Between the reads. */
  readonly ms: number
}

export interface InsideLookup {
  readonly tool: string
  readonly name: string
  readonly result: Answer
  readonly ms: number
}

/** What one application pod sees of DNS from inside, by exec into a container that is there. */
export interface InsideView {
  readonly namespace: string
  readonly pod: string
  readonly container: string
  /** /etc/resolv.conf as it stands in the container. */
  readonly resolvConf: Known<string>
  /** It is there, and the container's user may not read it; absent where it may, and in recordings of before. */
  readonly resolvConfUnread?: { readonly uid: number | null }
  /** The C library by its files; null when neither or both are seen, absent in recordings that did not look. */
  readonly libc?: Libc | null
  /** A lookup with whatever the container has (getent, nslookup, node, python3); which one it was. */
  readonly lookup: Known<InsideLookup>
  /** TCP connect to the DNS Service, port 53. */
  readonly tcp53: Known<'open' | 'refused' | 'timeout'>
  /**
   * What waits for TCP connections in the pod's network, by /proc/net/tcp and tcp6: of each container, since they share
   * it. Absent in recordings that did not look.
   */
  readonly listeners?: Known<readonly Listener[]>
  /** What its own connections suffer, by the same files; absent in recordings that did not look. */
  readonly sockets?: Known<PodSockets>
  /**
   * Programs of the container that have nine tenths of their file descriptors open, or more (/proc/PID/limits, fd).
   * Absent where none was seen to, and in recordings that did not look.
   */
  readonly fullFiles?: readonly { readonly limit: number; readonly open: number }[]
  /** The main routing table of the pod's network; absent in recordings that did not look. */
  readonly routes?: Known<readonly NodeRoute[]>
  /** What else decides in that container what a name is; absent in recordings that did not look. */
  readonly resolving?: InsideResolving
}

export interface InsideResolving {
  /** /etc/hosts, up to 20 kB. */
  readonly hosts: Known<string>
  /** What follows `hosts:` in /etc/nsswitch.conf; `not-there` without the file or the line. */
  readonly nsswitch: Known<string>
  /** `2.17`, as older releases write it into a file's name; null for a newer one, and for none. */
  readonly glibc: string | null
  /** Programs and sockets in the container that keep or answer names: `nscd`, `dnsmasq`. */
  readonly programs: readonly string[]
  /** Each nameserver of resolv.conf, asked once by itself for the same name, past the C library. */
  readonly servers: Known<readonly InsideServer[]>
  /** The same servers, asked for a name outside of the cluster; absent where none was asked for. */
  readonly outside?: { readonly name: string; readonly servers: readonly InsideServer[] }
  /** Names of Services as a program of this pod may spell them. */
  readonly names: readonly InsideName[]
}

export interface InsideServer {
  readonly ip: string
  readonly tool: string
  /** null when the tool does not say what became of it. */
  readonly result: Answer | null
  readonly ms: number
}

export interface InsideName {
  readonly service: { readonly namespace: string; readonly name: string }
  /** As a program would spell it: `cart`, `cart.shop`, `cart.shop.svc.cluster.local`. */
  readonly typed: string
  readonly tool: string
  readonly result: Answer
  readonly addresses: readonly string[]
  readonly ms: number
}
