import { expect, test } from 'vitest'
import { parseCorefile } from './corefile.ts'
import { stubZoneNames } from './stub-zones.ts'

const cluster = '    kubernetes cluster.local in-addr.arpa ip6.arpa\n'

test.each([
  [
    'a block of its own',
    `corp.example:53 {\n    forward . 10.150.0.1\n}\n.:53 {\n${cluster}    forward . 192.0.2.53\n}\n`,
    ['corp.example'],
  ],
  [
    'a line in the block of all names',
    `.:53 {\n${cluster}    forward lab.example 10.9.0.4\n    forward . 192.0.2.53\n}\n`,
    ['lab.example'],
  ],
  [
    'zones of addresses, and the cluster itself',
    `.:53 {\n${cluster}    forward . 192.0.2.53\n}\n10.in-addr.arpa:53 {\n    forward . 10.0.0.2\n}\n`,
    [],
  ],
  [
    'the cluster domain with a forward of its own',
    `cluster.local:53 {\n    kubernetes\n    forward . 192.0.2.53\n}\n`,
    [],
  ],
  ['a single label', 'consul:53 {\n    forward . 10.96.7.53\n}\n', []],
  ['a zone that is answered here', 'ext.example:53 {\n    etcd ext.example\n}\n', []],
])('%s', (_it, text, zones) => expect(stubZoneNames(parseCorefile(text))).toEqual(zones))
