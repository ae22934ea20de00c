import * as v from 'valibot'
import { diagnosis } from './diagnosis.ts'
import { run, text } from './parts.ts'

const { verdict, scope, cluster, lookedAt, examined } = diagnosis.entries

/** Of several targets, or those of `-l`: what was read once, and the answer for each. */
export const targets = v.strictObject({
  schema: v.literal('hopscope/targets/v1'),
  verdict: v.pipe(verdict, v.description('the worst of theirs: crashed, findings, cannot-tell, ok')),
  headline: text,
  ...run,
  scope: v.pipe(scope, v.description('what was read, once for all of them')),
  cluster,
  lookedAt,
  examined,
  targets: v.pipe(
    v.array(
      v.strictObject({
        target: v.pipe(text, v.description('as it is typed: svc/cart; svc/cart -n shop where several were read')),
        diagnosis: v.pipe(diagnosis, v.description('as of this target alone')),
      }),
    ),
    v.description('in the order in which they were named; of -l by kind and name'),
  ),
})
