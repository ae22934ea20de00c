// NodeLocal DNSCache as far as this machine has it: real CoreDNS, real rules, a start script in place of node-cache's
// Go.
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { nodeCacheImage } from '../../src/remedies/node-local-objects.ts'
import type { Image } from './definitions.ts'

const SCRIPT = join(import.meta.dirname, 'node-cache', 'node-cache.sh')

/** Under the name that the remedy installs, so that nothing in a plan has to be changed for the lab. */
export function nodeCache(coredns: string, iptables: Pick<Image, 'files' | 'links'>): Image {
  return {
    reference: nodeCacheImage,
    entrypoint: ['/node-cache'],
    files: { '/coredns': coredns, ...iptables.files },
    texts: async () => ({ '/node-cache': await readFile(SCRIPT, 'utf8') }),
    links: iptables.links ?? {},
    busybox: true,
  }
}
