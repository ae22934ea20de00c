import { contacts, get } from '../../../test/build/contacts.ts'
import { ingress } from '../../../test/build/ingress.ts'
import { controllerConfig, ingressConfigs, liveConf } from '../../../test/build/ingress-config.ts'
import { pod } from '../../../test/build/pod.ts'
import { lately, lateRequests } from '../../../test/build/said-lately.ts'
import { slice } from '../../../test/build/service.ts'
import { describeCheck } from '../../../test/describe-check.ts'
import { known } from '../../model/known.ts'
import type { LateRequests } from '../../model/ingress-config.ts'
import check from './failed-lately.ts'

const web = ingress([['/', 'web', 80]])
const line = liveConf([web]).servers.flatMap((it) => it.locations)[0]?.line ?? 0
const pods = [pod('web-1', { ip: '10.2.1.5' })]

function given(...requests: readonly LateRequests[]) {
  return {
    ingresses: [web],
    endpointSlices: [slice('web', pods)],
    ingressConfigs: ingressConfigs(controllerConfig([web], { lately: known(lately(requests)) })),
  }
}

const there = { line, upstream: '10.2.1.5:8080' }

describeCheck(check, [
  {
    it: 'pods that take longer than nginx waits',
    given: given(lateRequests('timed-out-answering', there)),
    expect: [
      {
        subject: 'Ingress/shop/web',
        severity: 'warning',
        confidence: 'observed',
        args: { times: 3, service: 'web', wait: 60, upstreams: ['10.2.1.5:8080'] },
        says: /failed behind its controller 3 times .* pods did not answer in time\.\n.*proxy_read_timeout 60 s/,
      },
    ],
  },
  {
    it: 'one broken connection in a quarter of an hour',
    given: given(lateRequests('broke-off', { ...there, times: 1 })),
    expect: [{ subject: 'Ingress/shop/web', severity: 'info' }],
  },
  {
    it: 'refused by pods that are gone: a rollout',
    given: given(lateRequests('refused', { line, upstream: '10.2.1.9:8080', times: 20 })),
    expect: [{ subject: 'Ingress/shop/web', severity: 'info', args: { areGone: true } }],
  },
  {
    it: 'refused by a pod that is there',
    given: given(lateRequests('refused', { ...there, times: 20 })),
    expect: [{ subject: 'Ingress/shop/web', severity: 'warning', args: { areGone: false } }],
  },
  {
    it: 'connections that were not opened in time, and each one that the probe asked for was',
    given: {
      ...given(lateRequests('timed-out-connecting', { ...there, times: 2 })),
      ingressConfigs: ingressConfigs(
        controllerConfig([web], {
          lately: known(lately([lateRequests('timed-out-connecting', { ...there, times: 2 })])),
          failed: known([]),
        }),
      ),
      contacts: contacts(
        [],
        Array.from({ length: 4 }, () => get('/', 200)),
      ),
    },
    expect: [{ subject: 'Ingress/shop/web', severity: 'info', args: { isOver: true } }],
  },
  {
    it: 'the same, and a controller said so again while the probe asked',
    given: {
      ...given(lateRequests('timed-out-connecting', { ...there, times: 2 })),
      contacts: contacts(
        [],
        Array.from({ length: 4 }, () => get('/', 200)),
      ),
    },
    expect: [{ subject: 'Ingress/shop/web', severity: 'warning', args: { isOver: false } }],
  },
  {
    it: 'slices that could not be read tell of no rollout',
    given: {
      ingresses: [web],
      ingressConfigs: given(lateRequests('refused', { line, upstream: '10.2.1.9:8080' })).ingressConfigs,
    },
    expect: [{ subject: 'Ingress/shop/web', severity: 'warning' }],
  },
  {
    it: 'two troubles are two findings',
    given: given(lateRequests('answer-too-big', there), lateRequests('no-live-upstream')),
    expect: [
      { subject: 'Ingress/shop/web', args: { trouble: 'answer-too-big', wait: null } },
      { subject: 'Ingress/shop/web', args: { trouble: 'no-live-upstream', upstreams: [] } },
    ],
  },
  { it: 'a limit is another check’s', given: given(lateRequests('limited')), expect: 'ok' },
  { it: 'no Ingress', given: { ...given(), ingresses: [] }, expect: 'not-applicable' },
  { it: 'not asked', given: { ingresses: [web] }, expect: 'cannot-tell' },
])
