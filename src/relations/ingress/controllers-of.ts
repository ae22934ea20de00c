import type { Ingress, IngressClass, IngressController } from '../../model/ingress.ts'

/** The controllers that are seen to serve the class of an Ingress. */
export function controllersOf(
  { className }: Ingress,
  controllers: readonly IngressController[],
  classes: readonly IngressClass[],
): readonly IngressController[] {
  if (className === null) return controllers.filter((it) => it.classNames.includes(''))
  const named = classes.find((one) => one.name === className)
  return controllers.filter((it) =>
    named === undefined ? it.classNames.includes(className) : named.controller === it.controller,
  )
}
