import type { Container } from '../../model/pod.ts'
import { kubeVipImage } from '../../relations/service/balancer-makers.ts'
import { type Fields, fields, list, text, texts } from './json.ts'

/**
 * Whether kube-vip serves Services: only where it is told to (kube-vip, "Flags and Environment Variables":
 * `svc_enable`, `--services`, false by itself). Nothing where a ConfigMap or a Secret may say so.
 */
export function balancesOf(spec: Fields): Pick<Container, 'balances'> {
  if (!kubeVipImage.test(text(spec['image']) ?? '')) return {}
  const env = list(spec['env']).map(fields)
  const own = env.find((it) => it['name'] === 'svc_enable')
  const words = [...texts(spec['command']), ...texts(spec['args'])]
  if (words.some((it) => /^--services(?:=true)?$/.test(it)) || /^(?:true|1)$/i.test(text(own?.['value']) ?? ''))
    return { balances: 'on' }
  const mayBeTold = own?.['valueFrom'] !== undefined || (own === undefined && list(spec['envFrom']).length > 0)
  return mayBeTold ? {} : { balances: 'off' }
}
