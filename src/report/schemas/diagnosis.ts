import * as v from 'valibot'
import { flag, known, maybeNumber, maybeText, number, run, subject, text, texts } from './parts.ts'

const evidence = v.variant('kind', [
  v.strictObject({
    kind: v.literal('latency'),
    label: text,
    samples: v.pipe(v.array(number), v.description('milliseconds')),
    comb: v.array(v.strictObject({ ms: number, meaning: text, count: v.exactOptional(number) })),
  }),
  v.strictObject({
    kind: v.literal('counters'),
    label: text,
    windowMs: number,
    rows: v.array(v.strictObject({ where: text, values: v.record(text, maybeNumber) })),
  }),
  v.strictObject({
    kind: v.literal('config'),
    object: subject,
    path: text,
    lines: texts,
    at: number,
    mark: text,
    label: text,
  }),
  v.strictObject({
    kind: v.literal('shares'),
    label: text,
    rows: v.array(v.strictObject({ where: text, bad: number, of: number, note: text })),
  }),
  v.strictObject({
    kind: v.literal('exchange'),
    label: text,
    rows: v.array(v.strictObject({ at: v.pipe(number, v.description('milliseconds from its start')), text })),
  }),
  v.strictObject({ kind: v.literal('log'), source: text, lines: texts }),
  v.strictObject({ kind: v.literal('fact'), label: text, value: text }),
])

const finding = {
  id: v.pipe(text, v.description('in this output alone')),
  code: text,
  slug: text,
  title: text,
  severity: v.picklist(['error', 'warning', 'info']),
  confidence: v.picklist(['observed', 'inferred', 'possible']),
  subject,
  text: v.pipe(text, v.description('the answer in one sentence')),
  detail: v.pipe(text, v.description('what was seen: counts with denominators')),
  note: v.pipe(maybeText, v.description('why the world is like this')),
  help: v.pipe(
    v.array(v.union([v.strictObject({ text }), v.strictObject({ command: text })])),
    v.description('what to do, in order'),
  ),
  docs: v.pipe(text, v.description('its page, from the root of the repository')),
  args: v.pipe(
    v.record(text, v.union([text, number, flag, v.array(v.union([text, number])), v.null()])),
    v.description('what the sentences are made of; other codes have others'),
  ),
  numbers: v.pipe(
    v.record(text, number),
    v.description('each number of args, with its unit in the name: p95Ms, sharePercent; without one it is a count'),
  ),
  evidence: v.array(evidence),
  causes: v.pipe(texts, v.description('ids of the findings that this one causes')),
  remedies: v.pipe(texts, v.description('for hopscope fix')),
}

const undecided = v.array(v.strictObject({ code: text, reason: text, why: text, settle: maybeText }))

const short = v.strictObject({
  code: text,
  severity: v.picklist(['error', 'warning', 'info']),
  title: text,
  subject,
  text,
})

/** There with `--ignore-file` and `--baseline`. */
const beside = {
  ignoreRules: v.exactOptional(
    v.pipe(
      v.array(
        v.strictObject({
          code: text,
          subject: maybeText,
          reason: text,
          until: maybeText,
          state: v.picklist(['used', 'stale', 'expired', 'not-judged']),
          findings: number,
        }),
      ),
      v.description(
        'what became of each rule of --ignore-file; stale: its check looked, and nothing is left to ignore',
      ),
    ),
  ),
  baseline: v.exactOptional(
    v.pipe(
      v.strictObject({
        run: text,
        started: text,
        new: texts,
        still: texts,
        gone: v.array(short),
        unjudged: v.pipe(v.array(short), v.description('not seen, since it could not be looked for')),
      }),
      v.description('of --baseline: ids of the findings that are new and that stand still, and what is gone'),
    ),
  ),
}

const fields = {
  verdict: v.picklist(['findings', 'ok', 'cannot-tell', 'crashed']),
  headline: text,
  ...run,
  scope: v.strictObject({
    namespace: v.pipe(maybeText, v.description('null is every namespace')),
    target: v.variant('kind', [
      v.strictObject({ kind: v.literal('everything') }),
      v.strictObject({ kind: v.literal('dns') }),
      v.strictObject({ kind: v.literal('object'), object: subject, url: maybeText }),
    ]),
    serviceUrl: v.exactOptional(v.pipe(text, v.description('the URL that was given, where its host is a Service'))),
    level: v.picklist(['read', 'probe', 'node']),
    trace: v.exactOptional(
      v.strictObject({
        from: v.strictObject({ namespace: text, pod: text }),
        host: maybeText,
        port: maybeNumber,
      }),
    ),
  }),
  cluster: v.strictObject({
    context: text,
    version: text,
    tool: text,
    file: v.exactOptional(
      v.pipe(
        v.strictObject({
          policiesNotHeld: texts,
          unread: v.array(v.strictObject({ kind: text, group: text, objects: v.number() })),
        }),
        v.description('of a file by another tool: kinds of which it says nothing, and what it holds and nobody reads'),
      ),
    ),
  }),
  findings: v.pipe(v.array(v.strictObject(finding)), v.description('root causes, the worst first')),
  explained: v.pipe(
    v.array(v.strictObject({ ...finding, cause: text })),
    v.description('what the root causes cause; `cause` is the id of one'),
  ),
  cannotTell: v.pipe(undecided, v.description('looked, and could not decide: no sign of health')),
  notAsked: v.pipe(undecided, v.description('needs access that this run was not given, or was left out by a flag')),
  crashed: v.array(v.strictObject({ code: text, stack: text })),
  ok: v.pipe(texts, v.description('codes of the checks that looked and found nothing')),
  okWithout: v.exactOptional(
    v.pipe(
      v.array(v.strictObject({ who: text, why: text, codes: texts })),
      v.description('nodes and DNS servers that gave no answer to what these checks looked at and found well'),
    ),
  ),
  ignored: v.pipe(texts, v.description('codes whose findings were all left out by --ignore')),
  notApplicable: texts,
  lookedAt: v.pipe(text, v.description('`examined` as a sentence')),
  examined: v.pipe(
    v.strictObject({
      services: maybeNumber,
      pods: maybeNumber,
      ingresses: maybeNumber,
      nodes: maybeNumber,
      dnsServers: maybeNumber,
      namesLookedUp: maybeNumber,
      nodesLookedUpFrom: maybeNumber,
      lookups: maybeNumber,
      podsLookedInto: maybeNumber,
      servicesConnectedTo: maybeNumber,
      endpointsAskedOverHttp: maybeNumber,
      requestsThroughIngresses: maybeNumber,
    }),
    v.description('what the answer rests on, of what the scope holds; null where it was not read or not asked'),
  ),
  ...beside,
}

export const diagnosis = v.strictObject({ schema: v.literal('hopscope/v1'), ...fields })

/** One node asking one server in one way. */
const path = v.strictObject({
  node: text,
  server: v.strictObject({
    role: v.picklist(['service', 'endpoint', 'node-cache', 'upstream']),
    ip: text,
    pod: maybeText,
  }),
  throughNodeCache: flag,
  transport: v.picklist(['udp', 'tcp']),
  method: v.picklist(['pair', 'sequential', 'getaddrinfo']),
  libc: v.nullable(v.picklist(['glibc', 'musl'])),
  zone: v.picklist(['cluster', 'external']),
  lookups: number,
  failed: v.pipe(number, v.description('lost, refused or late by a resolver’s timeout, of `lookups`')),
  p50Ms: maybeNumber,
  p99Ms: maybeNumber,
  maxMs: maybeNumber,
})

const conntrack = v.strictObject({
  node: text,
  windowMs: number,
  insertFailed: number,
  drop: number,
  earlyDrop: number,
  clashResolve: v.pipe(maybeNumber, v.description('null on kernels that do not count it')),
  entries: maybeNumber,
  max: maybeNumber,
})

const server = v.strictObject({
  pod: text,
  windowMs: number,
  requestsPerSecond: maybeNumber,
  cpuMilli: v.pipe(maybeNumber, v.description('thousandths of a core')),
  responses: v.record(text, number),
})

export const dns = v.strictObject({
  schema: v.literal('hopscope/dns/v1'),
  ...fields,
  paths: v.pipe(known(v.array(path)), v.description('every node and path, as the table has it')),
  conntrack: known(v.array(conntrack)),
  servers: known(v.array(server)),
})
