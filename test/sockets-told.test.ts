import { expect, test } from 'vitest'
import { checks } from '../src/checks/registry.ts'
import { diagnose } from '../src/engine.ts'
import type { PodSockets } from '../src/model/inside.ts'
import type { Complaint } from '../src/model/program-log.ts'
import type { Sources } from '../src/model/sources.ts'
import { clusterDns, insideView } from './build/dns.ts'
import { node } from './build/node.ts'
import { pod } from './build/pod.ts'
import { podSockets, waitsFor } from './build/pod-sockets.ts'
import { programLog } from './build/program-log.ts'
import { service } from './build/service.ts'
import { modelOf } from './describe-check.ts'

/** What sockets show is told once, by its cause where there is one, and by TRB901 where there is none. */
const own = checks.filter((it) => /^(?:SVC25[456]|TRB90\d)$/.test(it.code))

const given = (sockets: Partial<PodSockets>, says: readonly Complaint[] = []): Partial<Sources> => ({
  insideViews: [insideView('web-1', { sockets: podSockets(sockets) })],
  pods: [pod('web-1'), pod('cart-1', { ip: '10.2.2.1', node: 'worker-2' })],
  nodes: [node('worker-1', { podCidrs: ['10.2.1.0/24'] }), node('worker-2', { podCidrs: ['10.2.2.0/24'] })],
  services: [service('cart')],
  endpointSlices: [],
  clusterDns: clusterDns(),
  crossings: [],
  programLogs: [programLog('web-1', says)],
})
const complaint = (about: Partial<Complaint>): Complaint => ({
  kind: 'timed-out',
  host: null,
  port: null,
  times: 9,
  during: 3,
  ...about,
})
const four = { from: 40_000, to: 40_003 }

type Row = readonly [it: string, sources: Partial<Sources>, codes: readonly string[], says: RegExp]

test.each<Row>([
  [
    'an address of nobody, and what the program says of it',
    given({ connecting: [waitsFor('10.2.2.77', 8080)] }, [complaint({ host: '10.2.2.77', port: 8080 })]),
    ['SVC254'],
    /Pod shop\/web-1 calls 10\.2\.2\.77:8080/,
  ],
  [
    'no source port, and what the program says of it',
    given({ ports: four, crowds: [{ ip: '10.96.44.7', port: 80, sockets: 4 }] }, [
      complaint({ kind: 'no-source-port', host: '10.96.44.7', port: 80 }),
    ]),
    ['SVC256'],
    /Pod shop\/web-1 has no source port left/,
  ],
  [
    'connections that are not accepted',
    given({ unaccepted: [{ ip: '::', port: 8080, waits: 12, stay: 9, ms: 1300 }] }),
    ['SVC255'],
    /Pod shop\/web-1 does not accept/,
  ],
  [
    'a Service that does not answer',
    given({ connecting: [waitsFor('10.96.44.7', 80)] }),
    ['TRB901'],
    /pod shop\/web-1[^]*Service shop\/cart at 10\.96\.44\.7:80/,
  ],
  [
    'a Service beside an address of nobody is another matter',
    given({ connecting: [waitsFor('10.96.44.7', 80), waitsFor('10.2.2.77', 8080)] }),
    ['SVC254', 'TRB901'],
    /10\.2\.2\.77[^]*Service shop\/cart at/,
  ],
  [
    'data that is not acknowledged',
    given({ unacknowledged: [{ ip: '10.2.2.1', port: 8080, own: null, sockets: 1, again: 5 }] }),
    ['TRB901'],
    /pod shop\/cart-1 at 10\.2\.2\.1:8080/,
  ],
  ['nothing', given({}), [], /^$/],
])('%s', (_, sources, codes, says) => {
  const { results } = diagnose(modelOf(sources), { checks: own })
  const found = results.flatMap(({ check, findings }) => findings.map((it) => ({ check, it })))
  expect(found.map(({ it }) => it.code).toSorted()).toEqual(codes)
  const text = found.map(({ check, it }) => `${check.words.headline(it)}\n${check.words.detail(it)}`)
  expect(text.join('\n')).toMatch(says)
})
