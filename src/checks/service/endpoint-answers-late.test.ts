import { contacts, getOf } from '../../../test/build/contacts.ts'
import { probe } from '../../../test/build/lookups.ts'
import { describeCheck } from '../../../test/describe-check.ts'
import type { Contacts } from '../../model/contacts.ts'
import check from './endpoint-answers-late.ts'

const seen = (direct: NonNullable<Contacts['direct']>) => ({
  contacts: { ...contacts([]), direct },
  dnsProbe: probe({ nodes: ['worker-1'] }),
})
const busy = { ...probe({ nodes: ['worker-1'] }), lag: [{ node: 'worker-1', p99Ms: 2000 }] }
const web = (pod: string, ...all: readonly number[]) =>
  all.map((ms) => getOf('web', pod, 200, { ms, basis: 'declared' }))

describeCheck(check, [
  {
    it: 'one of three, many times as late as the others',
    given: seen([...web('web-1', 4397), ...web('web-2', 150, 160), ...web('web-3', 155, 150)]),
    expect: [
      {
        subject: 'Service/shop/web',
        severity: 'warning',
        confidence: 'observed',
        args: { late: ['web-1'], ms: 4397, siblings: 150, others: 2, of: 1 },
        says: /web-1 of Service shop\/web answers in 4\.4 s, and its siblings in 150 ms\./,
      },
    ],
  },
  {
    it: 'all of them, of a page that somebody asks for',
    given: seen([...web('web-1', 5100), ...web('web-2', 5400)]),
    expect: [
      {
        subject: 'Service/shop/web',
        severity: 'warning',
        args: { late: ['web-1', 'web-2'], siblings: null },
        says: /answer in 5\.4 s\./,
      },
    ],
  },
  {
    it: 'all of them, of a page that takes so long, and nobody is known to wait less',
    given: seen([...web('web-1', 4010), ...web('web-2', 4020)]),
    expect: [{ subject: 'Service/shop/web', severity: 'info', says: /answer in 4\.0 s\./ }],
  },
  {
    it: 'all of them, of a root that nobody is known to ask for',
    given: seen([getOf('web', 'web-1', 200, { ms: 6100, basis: 'guessed' })]),
    expect: [{ subject: 'Service/shop/web', severity: 'info' }],
  },
  { it: 'one late answer of three: the median is well', given: seen(web('web-1', 20, 1900, 30)), expect: 'ok' },
  { it: 'two seconds, each of them alike', given: seen([...web('web-1', 2000), ...web('web-2', 1900)]), expect: 'ok' },
  {
    it: 'ten times as long, and nobody notices',
    given: seen([...web('web-1', 500), ...web('web-2', 50)]),
    expect: 'ok',
  },
  {
    it: 'late and bad: SVC208 tells it',
    given: seen([getOf('web', 'web-1', 500, { ms: 5000 })]),
    expect: 'not-applicable',
  },
  {
    it: 'the probe itself got its CPU late',
    given: { ...seen([...web('web-1', 4000), ...web('web-2', 50)]), dnsProbe: busy },
    expect: 'cannot-tell',
  },
  {
    it: 'HTTP was left out',
    given: {
      ...seen([]),
      contacts: {
        ...contacts([]),
        unasked: [{ service: { namespace: 'shop', name: 'web', port: 80 }, protocol: 'TCP', why: 'flag' }],
      },
    },
    expect: 'cannot-tell',
  },
  { it: 'nothing was asked', given: seen([]), expect: 'not-applicable' },
])
