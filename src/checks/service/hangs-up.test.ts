import { contacts, getOf, tries, toPod, toService } from '../../../test/build/contacts.ts'
import { insideView } from '../../../test/build/dns.ts'
import { pod } from '../../../test/build/pod.ts'
import { programLog } from '../../../test/build/program-log.ts'
import { service } from '../../../test/build/service.ts'
import { describeCheck } from '../../../test/describe-check.ts'
import type { Contact, Contacts } from '../../model/contacts.ts'
import type { Crossing } from '../../model/crossing.ts'
import { subject } from '../../model/subject.ts'
import type { Pod } from '../../model/pod.ts'
import check from './hangs-up.ts'

/** As the probe's pods tell it: all tries but the last are ended at once, and who hung up is asked twice more. */
function stayed(...hungUp: readonly boolean[]): Contact['tries'] {
  return [
    ...tries('open', 'open'),
    ...hungUp.map((it) => ({ result: 'open' as const, ms: 1, hungUpMs: it ? 2 : null })),
  ]
}
const [hung, well] = [stayed(true, true, true), stayed(false)]

const web = pod('web-1', { ip: '10.2.1.9' })
const other = pod('web-2', { ip: '10.2.1.10' })
const crossing = (about: Partial<Crossing> = {}): Crossing => ({
  from: { namespace: 'shop', pod: 'client-1', container: 'app' },
  to: { kind: 'service', namespace: 'shop', name: 'web', port: 80 },
  host: '10.96.44.7',
  port: 80,
  tool: 'bash',
  result: 'open',
  ms: 10,
  ...about,
})
const seen = (connects: readonly Contact[], more: Partial<Contacts> = {}, pods: readonly Pod[] = [web, other]) => ({
  contacts: { ...contacts(connects), ...more },
  pods,
  services: [service('web')],
  crossings: [],
})
const all = [
  toService('web', 'worker-1', hung),
  toPod('web', 'worker-1', web, hung),
  toService('web', 'worker-2', hung),
  toPod('web', 'worker-2', web, hung),
]
const scope = { target: { kind: 'object' as const, object: subject('Service', 'shop', 'web'), url: null } }

describeCheck(check, [
  {
    it: 'whoever connects is hung up on: a server that has no place left',
    given: seen(all),
    expect: [
      {
        subject: 'Service/shop/web',
        severity: 'warning',
        confidence: 'observed',
        args: { times: 12, of: 12, endpoints: ['web-1'], nodes: ['worker-1', 'worker-2'] },
        says: 'hangs up at once on whoever connects: web-1.',
      },
    ],
  },
  {
    it: 'the log of the pod that hangs up says that it has no file descriptor left',
    given: {
      ...seen(all),
      programLogs: [programLog('web-1', [{ kind: 'no-files', host: null, port: null, times: 40, during: 8 }])],
    },
    expect: [{ subject: 'Service/shop/web', args: { noFiles: ['web-1'], pod: 'web-1' } }],
  },
  {
    it: 'inside of it 64 of 64 descriptors are open',
    given: { ...seen(all), insideViews: [insideView('web-1', { fullFiles: [{ limit: 64, open: 64 }] })] },
    expect: [{ subject: 'Service/shop/web', args: { noFiles: ['web-1'], inLog: false } }],
  },
  {
    it: 'another pod says so',
    given: {
      ...seen(all),
      programLogs: [programLog('cart-1', [{ kind: 'no-files', host: null, port: null, times: 40, during: 8 }])],
    },
    expect: [{ subject: 'Service/shop/web', args: { noFiles: [] } }],
  },
  {
    it: 'the same, and it was asked about',
    given: seen(all),
    scope,
    expect: [{ subject: 'Service/shop/web', severity: 'error' }],
  },
  {
    it: 'one of two pods: a proxy with nobody behind it',
    given: seen([
      toPod('web', 'worker-1', web, hung),
      toPod('web', 'worker-1', other, well),
      toPod('web', 'worker-2', web, hung),
      toPod('web', 'worker-2', other, well),
    ]),
    expect: [{ subject: 'Service/shop/web', args: { times: 6, of: 8 }, says: 'on some of those that connect: web-1.' }],
  },
  {
    it: 'some of the tries: a limit that is reached now and then',
    given: seen([toPod('web', 'worker-1', web, stayed(true, false, true))]),
    expect: [{ subject: 'Service/shop/web', args: { times: 2, of: 3 } }],
  },
  {
    it: 'once, and then no more: the probes themselves may have taken the last place',
    given: seen([toPod('web', 'worker-1', web, stayed(true, false, false))]),
    expect: 'ok',
  },
  {
    it: 'the server says why: too many clients',
    given: seen([
      toPod(
        'web',
        'worker-1',
        web,
        hung.map((it) => ({ ...it, refusal: 'full' as const })),
      ),
    ]),
    expect: [{ subject: 'Service/shop/web', args: { said: ['full'] }, says: 'saying that there are too many' }],
  },
  {
    it: 'or that it does not want this client',
    given: seen([
      toPod(
        'web',
        'worker-1',
        web,
        hung.map((it) => ({ ...it, refusal: 'not-welcome' as const })),
      ),
    ]),
    expect: [{ subject: 'Service/shop/web', says: 'saying that this client may not' }],
  },
  {
    it: "the user's own pod meets it",
    given: { ...seen([toService('web', 'worker-1', well)]), crossings: [crossing({ hungUp: true })] },
    expect: [
      {
        subject: 'Service/shop/web',
        severity: 'error',
        args: { inside: ['shop/client-1'], of: 0 },
        says: 'hangs up at once on pod shop/client-1.',
      },
    ],
  },
  {
    it: 'requests there get no answer either: no guess at another protocol',
    given: seen(all, { direct: [getOf('web', 'web-1', null, { error: 'ECONNRESET' })] }),
    expect: [{ subject: 'Service/shop/web', severity: 'error' }],
  },
  {
    it: 'requests are answered: a server that waits for nobody who says nothing',
    given: {
      ...seen(all, { direct: [getOf('web', 'web-1', 200)] }),
      crossings: [crossing({ hungUp: true })],
    },
    expect: 'ok',
  },
  {
    it: 'requests to the probes are answered, and the pod that calls it is hung up on all the same',
    given: {
      ...seen([toService('web', 'worker-1', well)], { direct: [getOf('web', 'web-1', 200)] }),
      crossings: [crossing({ hungUp: true })],
    },
    expect: [{ subject: 'Service/shop/web', severity: 'error' }],
  },
  {
    it: "a mesh's proxy before the pods may hang up on whoever is not of the mesh",
    given: seen(all, {}, [
      pod('web-1', { ip: '10.2.1.9', containers: [{ ...firstOf(web), name: 'istio-proxy' }] }),
      other,
    ]),
    expect: 'cannot-tell',
    says: /of a mesh/,
  },
  { it: 'who waits, or speaks first', given: seen([toService('web', 'worker-1', well)]), expect: 'ok' },
  {
    it: 'a tool in the pod that stayed on as well',
    given: { ...seen([]), crossings: [crossing({ hungUp: false })] },
    expect: 'ok',
  },
  {
    it: 'a tool that does not tell, and recordings of before',
    given: { ...seen([toService('web', 'worker-1', tries('open', 'open'))]), crossings: [crossing()] },
    expect: 'not-applicable',
  },
  {
    it: 'refused: there was nothing to hang up',
    given: seen([toService('web', 'worker-1', tries('refused', 'refused'))]),
    expect: 'not-applicable',
  },
])

function firstOf({ containers: [first] }: Pod) {
  if (first === undefined) throw new Error('a pod has a container')
  return first
}
