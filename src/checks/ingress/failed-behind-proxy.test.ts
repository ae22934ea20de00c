import { pod } from '../../../test/build/pod.ts'
import { proxyFailures, proxyLog } from '../../../test/build/proxy-log.ts'
import { slice } from '../../../test/build/service.ts'
import { describeCheck } from '../../../test/describe-check.ts'
import { unknown } from '../../model/known.ts'
import type { ProxyFailures, ProxyLately } from '../../model/proxy-log.ts'
import { subject } from '../../model/subject.ts'
import check from './failed-behind-proxy.ts'

const pods = [pod('web-1', { ip: '10.2.1.5' })]

function given(failed: readonly ProxyFailures[] = [], about: Partial<ProxyLately> = {}) {
  return { endpointSlices: [slice('web', pods)], proxyLogs: [proxyLog(failed, about)] }
}

const ofIngress = { object: { kind: 'Ingress', namespace: 'shop', name: 'web' } } as const

describeCheck(check, [
  {
    it: 'connections to a pod that is there were refused',
    given: given([proxyFailures('refused')]),
    expect: [
      {
        subject: 'HTTPProxy/shop/web',
        severity: 'warning',
        confidence: 'observed',
        args: { times: 3, of: 20, service: 'shop/web', upstreams: ['10.2.1.5:8080'] },
        says: /behind its proxy 3 times .* were refused\.\nService shop\/web · 3 of 20 requests, 503, the last/,
      },
    ],
  },
  {
    it: 'no endpoint was left, of an Ingress of Traefik or HAProxy',
    given: given([proxyFailures('no-live-upstream', { ...ofIngress, upstream: null })]),
    expect: [{ subject: 'Ingress/shop/web', severity: 'warning' }],
  },
  {
    it: 'two proxies say the same: one finding',
    given: {
      endpointSlices: [slice('web', pods)],
      proxyLogs: [
        proxyLog([proxyFailures('broke-off')]),
        { ...proxyLog([proxyFailures('broke-off')]), pod: 'envoy-2' },
      ],
    },
    expect: [{ subject: 'HTTPProxy/shop/web', args: { times: 6, of: 40, pods: ['envoy-1', 'envoy-2'] } }],
  },
  {
    it: 'two troubles are two findings; of which Service is not told',
    given: given([
      proxyFailures('timed-out-answering', { status: 504 }),
      proxyFailures('no-live-upstream', { service: null, upstream: null, of: 3 }),
    ]),
    expect: [
      { subject: 'HTTPProxy/shop/web', args: { trouble: 'timed-out-answering', statuses: [504] } },
      { subject: 'HTTPProxy/shop/web', severity: 'warning', args: { trouble: 'no-live-upstream', service: '' } },
    ],
  },
  {
    it: 'one in a quarter of an hour',
    given: given([proxyFailures('broke-off', { times: 1 })]),
    expect: [{ subject: 'HTTPProxy/shop/web', severity: 'info' }],
  },
  {
    it: 'refused by pods that are gone: a rollout',
    given: given([proxyFailures('refused', { upstream: '10.2.1.9:8080', times: 20, of: 100 })]),
    expect: [{ subject: 'HTTPProxy/shop/web', severity: 'info', args: { areGone: true } }],
  },
  {
    it: 'so many went well after it that it is over',
    given: given([proxyFailures('no-live-upstream', { upstream: null, times: 20, of: 300, after: 200 })]),
    expect: [{ subject: 'HTTPProxy/shop/web', severity: 'info', args: { isOver: true } }],
  },
  {
    it: 'some went well after it, as at its rate some would',
    given: given([proxyFailures('refused', { times: 20, of: 100, after: 8 })]),
    expect: [{ subject: 'HTTPProxy/shop/web', severity: 'warning', args: { isOver: false } }],
  },
  {
    it: 'slow answers are not over since others were quick',
    given: given([proxyFailures('timed-out-answering', { times: 3, of: 400, after: 300 })]),
    expect: [{ subject: 'HTTPProxy/shop/web', severity: 'warning' }],
  },
  {
    it: 'an application that answers one request in three with an error',
    given: given([proxyFailures('answered', { times: 30, of: 90, status: 500 })]),
    expect: [{ subject: 'HTTPProxy/shop/web', severity: 'warning' }],
  },
  {
    it: 'an application with an error now and then',
    given: given([proxyFailures('answered', { times: 8, of: 4000, status: 500 })]),
    expect: [{ subject: 'HTTPProxy/shop/web', severity: 'info' }],
  },
  {
    it: 'another object is asked about',
    given: given([proxyFailures('refused')]),
    scope: { target: { kind: 'object', object: subject('HTTPProxy', 'shop', 'other'), url: null } },
    expect: 'ok',
  },
  {
    it: 'those of before the last change are over',
    given: given([proxyFailures('refused', { times: 0, over: 9 })]),
    expect: 'ok',
  },
  {
    it: 'no request failed',
    given: given(),
    expect: 'ok',
    says: /400 requests in the log of envoy-1 back to 10:41:47/,
  },
  {
    it: 'a format of somebody’s',
    given: given([], { requests: 0, unread: 400 }),
    expect: 'cannot-tell',
    says: /400 lines of 410 .* in a format that is not known/,
  },
  {
    it: 'no request: the access log may be off',
    given: given([], { requests: 0 }),
    expect: 'cannot-tell',
    says: /there was none, or its access log is off/,
  },
  { it: 'more lines than are read', given: given([], { cutOff: true }), expect: 'cannot-tell', says: /go back 890 s/ },
  { it: 'whose they were is not clear', given: given([], { unplaced: 2 }), expect: 'cannot-tell' },
  {
    it: 'a log that may not be read',
    given: { ...given(), proxyLogs: [{ ...proxyLog(), lately: unknown('forbidden', 'get pods/log') }] },
    expect: 'cannot-tell',
    says: /projectcontour\/envoy-1: get pods\/log/,
  },
  { it: 'not asked', given: { endpointSlices: [] }, expect: 'cannot-tell' },
])
