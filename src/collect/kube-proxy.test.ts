import { describe, expect, test } from 'vitest'
import { container, pod } from '../../test/build/pod.ts'
import { type Known, known, unknown } from '../model/known.ts'
import type { Reader } from './few-at-once.ts'
import { collectProxyConfig } from './kube-proxy.ts'

const forbidden = 'forbidden'

/** A cluster of these ConfigMaps in kube-system; one may be forbidden. */
function readerOf(maps: Readonly<Record<string, Readonly<Record<string, string>> | typeof forbidden>>): Reader {
  return {
    list: () => Promise.reject(new Error('nothing is listed')),
    get: (_, namespace, name, project) => {
      const data = namespace === 'kube-system' ? maps[name] : undefined
      if (data === forbidden) return Promise.resolve(unknown('forbidden', `get configmaps ${name}`))
      const value = data === undefined ? null : project({ metadata: { name }, data })
      return Promise.resolve(value === null ? unknown('not-there', 'no such ConfigMap') : known(value))
    },
  }
}

const proxies = (...args: readonly string[]) =>
  known([
    pod('kube-proxy-x', {
      namespace: 'kube-system',
      owner: { kind: 'DaemonSet', name: 'proxy-of-ours' },
      containers: [container({ args })],
    }),
  ])
const byFile = proxies('/usr/local/bin/kube-proxy', '--config=/var/lib/kube-proxy/config.conf')
const ipvs = 'kind: KubeProxyConfiguration\nmode: ipvs\n'

describe('what kube-proxy is started with', () => {
  test.each<[string, Known<readonly ReturnType<typeof pod>[]>, Parameters<typeof readerOf>[0], string]>([
    ["kubeadm's", byFile, { 'kube-proxy': { 'config.conf': ipvs } }, 'kube-proxy ipvs'],
    [
      "EKS's, beside a kubeconfig of kubeadm's name",
      byFile,
      { 'kube-proxy': { kubeconfig: 'kind: Config' }, 'kube-proxy-config': { config: ipvs } },
      'kube-proxy-config ipvs',
    ],
    ["of its DaemonSet's name", byFile, { 'proxy-of-ours': { 'config.conf': ipvs } }, 'proxy-of-ours ipvs'],
    ['no word of its command is known', proxies(), { 'kube-proxy': { 'config.conf': ipvs } }, 'kube-proxy ipvs'],
    ['flags say all', proxies('--proxy-mode=ipvs'), { 'kube-proxy': { 'config.conf': ipvs } }, 'nothing'],
    ['no pod of it', known([]), { 'kube-proxy': { 'config.conf': ipvs } }, 'nothing'],
    ['its pods may not be listed', unknown('forbidden', 'list pods'), {}, 'nothing'],
    ['no such ConfigMap', byFile, {}, 'not-there'],
    ['it may not be read', byFile, { 'kube-proxy': forbidden }, 'forbidden'],
    ['something else stands in it', byFile, { 'kube-proxy': { 'config.conf': 'mode: ipvs' } }, 'failed'],
    ['nothing stands in it', byFile, { 'kube-proxy': {} }, 'failed'],
  ])('%s', async (_, its, maps, expected) => {
    const found = await collectProxyConfig(readerOf(maps), its)
    const told = found?.known === true ? `${found.value.name} ${found.value.config.mode}` : found?.why.reason
    expect(told ?? 'nothing').toBe(expected)
  })
})
