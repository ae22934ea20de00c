import { expect, test } from 'vitest'
import { ingress } from '../../../test/build/ingress.ts'
import { controllerConfig, ingressConfigs } from '../../../test/build/ingress-config.ts'
import type { Cluster } from '../../kube/cluster.ts'
import { known, unknown } from '../../model/known.ts'
import { withFailedRequests } from './failed-requests.ts'

const line =
  '2026/11/28 10:56:37 [error] 31#31: *7 upstream sent too big header while reading response header from upstream, ' +
  'client: 10.0.0.9, server: web.example.com, request: "GET /secret HTTP/1.1", upstream: "http://10.2.0.4:8080/secret", ' +
  'host: "web.example.com"'
const configs = known(ingressConfigs(controllerConfig([ingress([['/', 'web', 80]])])))
const signal = new AbortController().signal

function logsAs(answer: 'said' | 'forbidden') {
  const asked: unknown[] = []
  const cluster = {
    logs: (_namespace: string, _pod: string, about: unknown) => {
      asked.push(about)
      if (answer === 'forbidden') return Promise.resolve(unknown('forbidden', 'get pods/log'))
      return Promise.resolve(
        known(
          (async function* () {
            yield line
          })(),
        ),
      )
    },
  }
  return { cluster: cluster as unknown as Cluster, asked }
}

test('what failed since the probe began is counted by host and server, and no path of a request is kept', async () => {
  const { cluster, asked } = logsAs('said')
  const read = await withFailedRequests(cluster, configs, { hosts: new Set(['web.example.com']), seconds: 14, signal })
  expect(read).toMatchObject({
    value: {
      controllers: [
        {
          pod: 'controller-1',
          failed: known([{ host: 'web.example.com', upstream: '10.2.0.4:8080', trouble: 'answer-too-big', times: 1 }]),
        },
      ],
    },
  })
  expect(asked).toMatchObject([{ container: 'controller', sinceSeconds: 14, tailLines: 5000 }])
  expect(JSON.stringify(read)).not.toContain('secret')
})

test('where nothing was asked for no log is read', async () => {
  const { cluster, asked } = logsAs('said')
  expect(await withFailedRequests(cluster, configs, { hosts: new Set(), seconds: 14, signal })).toBe(configs)
  expect(asked).toEqual([])
})

test('a log that is forbidden is told as such', async () => {
  const { cluster } = logsAs('forbidden')
  const read = await withFailedRequests(cluster, configs, { hosts: new Set(['web.example.com']), seconds: 14, signal })
  expect(read).toMatchObject({ value: { controllers: [{ failed: unknown('forbidden', 'get pods/log') }] } })
})
