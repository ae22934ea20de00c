/** The sentence before what the scheduler says of preemption. */
const longest = 2000

/**
 * Whether other pods keep one off all nodes that would take it, by the words of the scheduler's filters NodePorts and
 * InterPodAffinity (pkg/scheduler/framework/plugins: "didn't have free ports for the requested pod ports", "didn't
 * match pod anti-affinity rules"). null where it says nothing of these, or room is short on some node as well. Linear.
 */
export function keptOffBy(said: string): 'ports' | 'affinity' | null {
  const sentence = said.slice(0, longest).split(/\. |; preemption/, 1)[0] ?? ''
  if (!/^0\/\d+ nodes are available/.test(sentence) || /Insufficient|Too many pods/.test(sentence)) return null
  if (sentence.includes("didn't have free ports")) return 'ports'
  return /didn't (?:match|satisfy) (?:existing )?pod(?:s)? anti-affinity rules/.test(sentence) ? 'affinity' : null
}
