// The images of the lab. Names are those that a real cluster shows, because a diagnosis looks at them; what is inside
// is built here.
import { join } from 'node:path'
import { defaultImage } from '../../src/model/probe-image.ts'
import { KUBERNETES_VERSION } from '../parts.ts'
import { ingressNginx } from './ingress-nginx.ts'
import { nodeCache } from './node-cache.ts'

export interface Image {
  readonly reference: string
  readonly entrypoint?: readonly string[]
  /** Path in the image to file or folder on this machine; programs bring their libraries. */
  readonly files?: Readonly<Record<string, string>>
  readonly texts?: () => Promise<Readonly<Record<string, string>>>
  readonly links?: Readonly<Record<string, string>>
  readonly folders?: readonly string[]
  readonly busybox?: boolean
}

export const SANDBOX_IMAGE = 'registry.k8s.io/pause:3.10'

/** The folder of a built part, or undefined for one whose sources are not there (yet). */
export type PartFolder = (part: string) => string | undefined

const LIBRARIES = '/lib/x86_64-linux-gnu'

/** What getaddrinfo opens at run time, which ldd does not see. */
const RESOLVER = Object.fromEntries(
  ['libnss_dns.so.2', 'libnss_files.so.2', 'libresolv.so.2'].map((name) => [
    `${LIBRARIES}/${name}`,
    `${LIBRARIES}/${name}`,
  ]),
)

/** iptables over nf_tables: rules live in the namespace alone, where the older kind shares a lock file among nodes. */
const IPTABLES = {
  files: {
    '/usr/sbin/xtables-nft-multi': '/usr/sbin/xtables-nft-multi',
    '/usr/lib/x86_64-linux-gnu/xtables': '/usr/lib/x86_64-linux-gnu/xtables',
  },
  links: Object.fromEntries(
    ['iptables', 'ip6tables'].flatMap((name) =>
      ['', '-save', '-restore'].map((suffix) => [`/usr/sbin/${name}${suffix}`, 'xtables-nft-multi']),
    ),
  ),
}

/** busybox's own shell runs its applets before it looks in PATH, so it would never run the real `ip`. */
const SHELL = { '/bin/sh': '/bin/dash' }

function same(...paths: readonly string[]): Record<string, string> {
  return Object.fromEntries(paths.map((path) => [path, path]))
}

function program(folder: PartFolder, part: string): string {
  return join(folder(part) ?? '', part)
}

export function images(folder: PartFolder, nodeProgram: string): Readonly<Record<string, Image>> {
  return {
    pause: { reference: SANDBOX_IMAGE, entrypoint: ['/pause'], files: { '/pause': program(folder, 'pause') } },
    busybox: { reference: 'docker.io/library/busybox:1.36', busybox: true },
    coredns: {
      reference: 'registry.k8s.io/coredns/coredns:v1.14.7',
      entrypoint: ['/coredns'],
      files: { '/coredns': program(folder, 'coredns') },
    },
    'node-cache': nodeCache(program(folder, 'coredns'), IPTABLES),
    'kube-proxy': {
      reference: `registry.k8s.io/kube-proxy:${KUBERNETES_VERSION}`,
      files: {
        '/usr/local/bin/kube-proxy': program(folder, 'kube'),
        ...IPTABLES.files,
        ...same('/usr/sbin/conntrack', '/usr/sbin/nft'),
      },
      links: IPTABLES.links,
      busybox: true,
    },
    'ingress-nginx': ingressNginx(folder('ingress-nginx') ?? ''),
    node: {
      reference: defaultImage,
      // Perl is in every image that comes of Debian's (perl-base is essential there); captures are taken with it.
      files: {
        '/usr/local/bin/node': nodeProgram,
        ...same('/usr/bin/getent', '/usr/bin/perl'),
        ...SHELL,
        ...RESOLVER,
      },
      busybox: true,
    },
    lookup: {
      reference: 'docker.io/lab/lookup:1',
      files: {
        '/lookup-glibc': program(folder, 'lookup-glibc'),
        '/lookup-musl': program(folder, 'lookup-musl'),
        ...same('/usr/bin/getent'),
        ...SHELL,
        ...RESOLVER,
      },
      busybox: true,
    },
    tools: {
      reference: 'docker.io/lab/tools:1',
      files: {
        ...same(
          '/usr/bin/tcpdump',
          '/usr/sbin/conntrack',
          '/usr/sbin/nft',
          '/usr/bin/dnsperf',
          '/usr/bin/curl',
          '/usr/bin/getent',
        ),
        '/usr/sbin/ip': '/bin/ip',
        '/usr/bin/ss': '/bin/ss',
        ...SHELL,
        ...IPTABLES.files,
        ...RESOLVER,
      },
      links: IPTABLES.links,
      busybox: true,
    },
    ...(folder('shop') === undefined
      ? {}
      : {
          shop: {
            reference: 'docker.io/lab/shop:1',
            entrypoint: ['/shop'],
            files: { '/shop': program(folder, 'shop') },
            busybox: true,
          },
        }),
  }
}
