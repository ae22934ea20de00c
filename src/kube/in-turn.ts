/** One at a time: gives the turn once it is free, as the function that ends it. First asked, first served. */
export function inTurn(): () => Promise<() => void> {
  let last: Promise<void> = Promise.resolve()
  return async () => {
    const before = last
    let done: () => void = () => {}
    last = new Promise((resolve) => (done = resolve))
    await before
    return done
  }
}
