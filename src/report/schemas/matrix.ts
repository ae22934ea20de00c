import * as v from 'valibot'
import { diagnosis } from './diagnosis.ts'
import { flag, maybeText, number, subject, text, texts, why } from './parts.ts'

const row = { workload: v.pipe(v.nullable(subject), v.description('null: outside of the cluster')), pods: number }

export const matrix = v.strictObject({
  schema: v.literal('hopscope/matrix/v1'),
  namespace: v.pipe(maybeText, v.description('null: every namespace')),
  rows: v.pipe(v.array(v.strictObject(row)), v.description('who connects')),
  columns: v.pipe(v.array(v.strictObject({ ...row, port: number })), v.description('to whom')),
  cells: v.array(
    v.strictObject({
      row: v.pipe(number, v.description('its place in rows')),
      column: v.pipe(number, v.description('its place in columns')),
      policies: v.picklist(['allow', 'deny', 'differs', 'left-to-cni']),
      by: v.pipe(texts, v.description('policies that deny it or leave it open')),
      measured: v.pipe(
        v.nullable(v.picklist(['open', 'refused', 'timeout', 'no-route', 'no-source', 'error', 'hung-up'])),
        v.description('null: not measured'),
      ),
      disagrees: v.nullable(v.picklist(['not-enforced', 'stopped'])),
    }),
  ),
  measured: v.pipe(number, v.description('of the cells')),
  asked: v.pipe(flag, v.description('whether connections were tried at all')),
  notAsked: v.strictObject({
    pairs: v.pipe(number, v.description('past the bound')),
    workloads: v.array(v.strictObject({ workload: text, why })),
    rows: number,
    columns: number,
    withoutPort: texts,
    podsWithoutAddress: number,
  }),
  diagnosis,
})
