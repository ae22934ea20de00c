import { contacts, repeat, toService } from '../../../test/build/contacts.ts'
import { pod } from '../../../test/build/pod.ts'
import { service, slice } from '../../../test/build/service.ts'
import { describeCheck, modelOf } from '../../../test/describe-check.ts'
import { unknown } from '../../model/known.ts'
import type { Pod } from '../../model/pod.ts'
import type { EndpointSlice } from '../../model/service.ts'
import check from './slices-behind.ts'

const settled = (name: string, ip: string, about: Partial<Pod> = {}): Pod =>
  pod(name, { ip, standing: 'settled', ...about })
const [one, two] = [settled('web-1', '10.2.1.5'), settled('web-2', '10.2.1.6')]
const given = (slices: readonly EndpointSlice[], pods: readonly Pod[] = [one, two], about = {}) => ({
  services: [service('web', about)],
  endpointSlices: slices,
  pods,
})
const right = slice('web', [one, two])
const withReady = (ready: boolean): EndpointSlice => ({
  ...right,
  endpoints: right.endpoints.map((it) => (it.pod === 'web-2' ? { ...it, ready } : it)),
})

describeCheck(check, [
  { it: 'as it should be', given: given([right]), expect: 'ok' },
  {
    it: 'a ready pod is in no slice',
    given: given([slice('web', [one])]),
    expect: [
      {
        subject: 'Service/shop/web',
        severity: 'warning',
        args: { what: ['ready pod web-2 is in none of them'], kinds: ['left-out'] },
      },
    ],
  },
  {
    it: 'it became ready just now',
    given: given([slice('web', [one])], [one, pod('web-2', { ip: '10.2.1.6' })]),
    expect: 'ok',
  },
  {
    it: 'it is on its way out',
    given: given([slice('web', [one])], [one, settled('web-2', '10.2.1.6', { deleting: true })]),
    expect: 'ok',
  },
  {
    it: 'it is not ready, and not in the slice',
    given: given([slice('web', [one])], [one, settled('web-2', '10.2.1.6', { ready: false })]),
    expect: 'ok',
  },
  {
    it: 'a ready pod that the slice has as not ready',
    given: given([withReady(false)]),
    expect: [{ subject: 'Service/shop/web', args: { kinds: ['kept-back'] } }],
  },
  {
    it: 'a pod that is not ready, and is so by the slice',
    given: given([right], [one, settled('web-2', '10.2.1.6', { ready: false })]),
    expect: [{ subject: 'Service/shop/web', severity: 'warning', args: { kinds: ['kept-in'] } }],
  },
  {
    it: 'the same of a Service that publishes them',
    given: given([right], [one, settled('web-2', '10.2.1.6', { ready: false })], { publishNotReadyAddresses: true }),
    expect: 'ok',
  },
  {
    it: 'a port that the Service does not have so',
    given: given([{ ...right, ports: right.ports.map((it) => ({ ...it, port: 8081 })) }]),
    expect: [{ subject: 'Service/shop/web', severity: 'error', args: { kinds: ['port'] } }],
  },
  {
    it: 'the same, and it answers',
    given: {
      ...given([{ ...right, ports: right.ports.map((it) => ({ ...it, port: 8081 })) }]),
      contacts: contacts([toService('web', 'worker-1', repeat(5, 'open'))]),
    },
    expect: 'ok',
  },
  {
    it: 'an address that is not the pod’s is SVC212’s',
    given: given([slice('web', [{ ...one, ip: '10.2.1.99' }, two])]),
    expect: 'ok',
  },
  { it: 'a slice of the other family', given: given([{ ...right, addressType: 'IPv6', endpoints: [] }]), expect: 'ok' },
  {
    it: 'without a selector',
    given: given([slice('web', [one])], [one, two], { selector: null }),
    expect: 'not-applicable',
  },
  { it: 'no slice', given: given([]), expect: 'not-applicable' },
  {
    it: 'pods forbidden',
    given: modelOf(given([right]), { pods: unknown('forbidden', 'list pods') }),
    expect: 'cannot-tell',
  },
])
