import { localIps } from '../../wire/component-args.ts'
import { type Fields, fields, list, text, texts } from './json.ts'

/**
 * Whether a raw DaemonSet runs kubernetes/dns's node-cache: by its image, else by the flag that no other program has.
 */
export function projectNodeCache(raw: Fields): boolean {
  const spec = fields(fields(fields(raw['spec'])['template'])['spec'])
  return list(spec['containers']).map(fields).some(isNodeCache)
}

/** The same of one container of a pod's spec. */
export function isNodeCache(container: Fields): boolean {
  if (/(^|[/-])node-?(local-?dns|cache)([-:@/]|$)/i.test(text(container['image']) ?? '')) return true
  return localIps([...texts(container['command']), ...texts(container['args'])]).length > 0
}
