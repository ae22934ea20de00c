import type { IngressClass } from '../../model/ingress.ts'
import { fields, isObject, stringMap, text } from './json.ts'

const defaultClass = 'ingressclass.kubernetes.io/is-default-class'

/** `networking.k8s.io/v1 IngressClass`; null for what is none. */
export function projectIngressClass(raw: unknown): IngressClass | null {
  const metadata = fields(fields(raw)['metadata'])
  const name = text(metadata['name'])
  if (name === null) return null
  return {
    name,
    controller: text(fields(fields(raw)['spec'])['controller']) ?? '',
    ...(isObject(fields(fields(raw)['spec'])['parameters']) ? { parameters: true as const } : {}),
    isDefault: stringMap(metadata['annotations'])[defaultClass] === 'true',
  }
}
