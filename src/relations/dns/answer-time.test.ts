import { expect, test } from 'vitest'
import { parseCorefile } from '../../wire/corefile.ts'
import { answerTime } from './answer-time.ts'

const corefile = (kubernetes: string, cache: string): string =>
  `.:53 {\n  kubernetes cluster.local in-addr.arpa {\n    pods insecure\n    ${kubernetes}\n  }\n  ${cache}\n}\n`

test.each([
  ['as kubeadm writes it', corefile('ttl 30', 'cache 30'), 30],
  ['nothing said', corefile('', 'cache'), 5],
  ['a big cache alone makes no answer live longer', corefile('', 'cache 3600'), 5],
  ['a long TTL, and a long cache', corefile('ttl 3600', 'cache 3600'), 3600],
  ['a long TTL, cut by the cache', corefile('ttl 3600', 'cache 30'), 30],
  ['a long TTL, and no cache', corefile('ttl 900', ''), 900],
  ['a short TTL, raised by the least of the cache', corefile('ttl 5', 'cache {\n success 9984 3600 600\n }'), 600],
  ['the cache leaves answers of the cluster alone', corefile('ttl 900', 'cache 30 example.com'), 900],
  ['no answer is cached', corefile('ttl 900', 'cache 30 {\n disable success\n }'), 900],
])('%s', (_, text, seconds) => {
  expect(answerTime(parseCorefile(text), 'cluster.local')?.seconds).toBe(seconds)
})

test('no kubernetes has the zone', () => {
  expect(answerTime(parseCorefile('.:53 {\n  forward . 192.0.2.1\n}\n'), 'cluster.local')).toBeNull()
})
