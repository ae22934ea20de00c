import * as v from 'valibot'
import { answer, maybeNumber, maybeText, number, text, texts } from './parts.ts'
import { diagnosis } from './diagnosis.ts'

const hopName = v.picklist([
  'resolve',
  'service',
  'endpoints',
  'policy',
  'route',
  'mtu',
  'connect',
  'beside',
  'elsewhere',
  'direct',
  'outside',
  'controller',
  'backend',
  'http',
  'large',
])

const seen = v.variant('kind', [
  v.strictObject({
    kind: v.literal('name'),
    typed: text,
    result: answer,
    addresses: texts,
    container: v.exactOptional(v.pipe(text, v.description('the one of several containers in which it is so'))),
    slowMs: v.exactOptional(
      v.pipe(number, v.description('the lookup waited so long for a nameserver that does not answer')),
    ),
  }),
  v.strictObject({ kind: v.literal('service'), type: text, ports: text, missing: maybeNumber }),
  v.strictObject({
    kind: v.literal('endpoints'),
    ready: number,
    of: number,
    leaving: v.exactOptional(v.pipe(number, v.description('that end, and still serve'))),
    published: v.exactOptional(
      v.pipe(number, v.description('whose pods are not ready, and that are published all the same')),
    ),
  }),
  v.strictObject({ kind: v.literal('policy'), denied: number, open: number, of: number, by: texts }),
  v.strictObject({
    kind: v.literal('connects'),
    open: number,
    of: number,
    results: v.array(v.picklist(['open', 'refused', 'timeout', 'no-route', 'no-source', 'error', 'hung-up'])),
    address: text,
    ms: number,
    resent: v.exactOptional(v.pipe(number, v.description('opened by a second SYN, since the first was lost'))),
    unmeasured: v.exactOptional(v.pipe(number, v.description('addresses that nothing is known of'))),
    sight: v.exactOptional(
      v.pipe(
        v.strictObject({ tries: number, endpoints: number, percent: number }),
        v.description('too few tries: with how many percent one bad endpoint is met'),
      ),
    ),
  }),
  v.strictObject({
    kind: v.literal('answers'),
    bad: number,
    doubtful: v.exactOptional(
      v.pipe(number, v.description('answered by a 4xx, or with a certificate that clients refuse')),
    ),
    of: number,
    statuses: texts,
    well: v.exactOptional(v.strictObject({ endpoints: number, of: number })),
    unended: v.exactOptional(v.pipe(number, v.description('whose end was not awaited: streams, and long bodies'))),
    eased: v.exactOptional(v.pipe(text, v.description('why it was asked no further'))),
    at: v.exactOptional(texts),
  }),
  v.strictObject({ kind: v.literal('lookup'), typed: text, result: text }),
  v.strictObject({ kind: v.literal('backends'), names: texts, absent: texts, ports: texts }),
  v.strictObject({
    kind: v.literal('routes'),
    bad: texts,
    notForwarding: texts,
    ruled: texts,
    read: texts,
    of: number,
  }),
  v.strictObject({ kind: v.literal('sizes'), mtu: number, lost: texts, of: number }),
  v.strictObject({ kind: v.literal('large'), bytes: number, lost: number, of: number }),
  v.strictObject({
    kind: v.literal('why'),
    why: v.picklist([
      'needs-probe',
      'no-exec',
      'no-shell',
      'no-tool',
      'not-running',
      'not-read',
      'no-address',
      'not-tcp',
      'no-http',
      'not-filled',
      'not-asked',
      'unclear',
    ]),
  }),
])

export const trace = v.strictObject({
  schema: v.literal('hopscope/trace/v1'),
  from: v.pipe(
    v.nullable(v.strictObject({ namespace: text, pod: text, node: maybeText })),
    v.description('null: the machine that hopscope runs on'),
  ),
  to: text,
  hops: v.array(
    v.strictObject({
      name: hopName,
      verdict: v.picklist(['ok', 'broken', 'cannot-tell', 'not-looked']),
      how: v.picklist(['inside', 'beside', 'node', 'outside', 'config', 'simulated', 'nobody']),
      seen,
      codes: v.pipe(texts, v.description('findings that stand at this hop')),
    }),
  ),
  verdict: v.picklist(['open', 'broken', 'clear']),
  at: v.pipe(v.nullable(hopName), v.description('where it breaks; null unless broken')),
  narrowed: v.nullable(v.picklist(['this-pod', 'this-node', 'service-address', 'some-endpoints', 'everywhere'])),
  part: v.pipe(
    v.nullable(
      v.strictObject({
        of: number,
        well: number,
        what: v.picklist(['endpoints', 'tries', 'endpoint-answers', 'answers']),
      }),
    ),
    v.description('where it breaks for some connections only'),
  ),
  trouble: v.exactOptional(
    v.pipe(
      v.array(v.strictObject({ code: text, of: v.strictObject({ kind: text, namespace: maybeText, name: text }) })),
      v.description('findings of errors and warnings that are of this path'),
    ),
  ),
  diagnosis,
})
