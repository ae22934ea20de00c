import type { Lab } from '../lab.ts'
import { until } from './until.ts'

/** Its condition, without the taints of the time when it was not, and each pod there is ready again. */
export async function nodeIsWell(lab: Lab, node: string): Promise<void> {
  const ready = '{.status.conditions[?(@.type=="Ready")].status}'
  await until(`${node} is ready, and its pods are`, async () => {
    const [condition, taints, pods] = await Promise.all([
      lab.kubectl(['get', 'node', node, '-o', `jsonpath=${ready}`]),
      lab.kubectl(['get', 'node', node, '-o', 'jsonpath={.spec.taints}']),
      lab.kubectl(['get', 'pods', '-A', '--field-selector', `spec.nodeName=${node}`, '-o', podsReady]),
    ])
    return condition === 'True' && taints === '' && !/False|Unknown/.test(pods)
  })
}

const podsReady = 'jsonpath={.items[*].status.conditions[?(@.type=="Ready")].status}'
