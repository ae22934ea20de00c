import type { IngressController } from '../../model/ingress.ts'
import { nodeDown } from '../symptom.ts'

/** The node on which all of these controllers run: where it is down, so are they. Nothing where they run on several. */
export function nodesBelow(controllers: readonly IngressController[]): readonly string[] {
  const nodes = new Set(controllers.map((it) => it.node ?? null))
  const [only] = nodes
  return nodes.size === 1 && typeof only === 'string' ? [nodeDown(only)] : []
}
