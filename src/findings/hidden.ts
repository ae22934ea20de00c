import type { Finding } from './finding.ts'
import { fold } from './fold.ts'

/**
 * What goes with the findings that the user left out: a finding that stands only because its cause was left out, and
 * would be told as a root cause of its own, with no known cause, which is untrue. What another cause explains as well
 * stays under that one.
 */
export function hiddenWith(kept: readonly Finding[], leftOut: readonly Finding[]): ReadonlySet<Finding> {
  if (leftOut.length === 0) return new Set()
  const out = new Set(leftOut)
  const under = new Set(
    fold([...kept, ...leftOut]).flatMap((it) =>
      out.has(it.finding) ? it.consequences.filter((one) => !out.has(one)) : [],
    ),
  )
  const hidden = new Set<Finding>()
  // What was under something that is hidden now comes up, and is looked at in its turn.
  for (;;) {
    const up = fold(kept.filter((it) => !hidden.has(it))).filter((it) => under.has(it.finding))
    if (up.length === 0) return hidden
    for (const it of up) hidden.add(it.finding)
  }
}
