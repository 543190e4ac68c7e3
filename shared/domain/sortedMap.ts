/**
 * A persistent map that keeps its keys in order: an AVL tree whose nodes know the size of their subtree.
 *
 * Every change gives a new map and leaves the old one as it was, sharing all but O(log n) nodes with it. So a refused commit is rolled
 * back by forgetting the new map, the head of a queue and the number of people ahead cost O(log n), and nothing grows with the waiting.
 * Keys are compared with `<`: strings or numbers, not mixed.
 */
interface Node<K, V> {
  readonly key: K
  readonly value: V
  readonly left: Node<K, V> | null
  readonly right: Node<K, V> | null
  readonly height: number
  readonly size: number
}

type Tree<K, V> = Node<K, V> | null

const height = (tree: Tree<unknown, unknown>): number => (tree === null ? 0 : tree.height)
const sizeOf = (tree: Tree<unknown, unknown>): number => (tree === null ? 0 : tree.size)

function node<K, V>(key: K, value: V, left: Tree<K, V>, right: Tree<K, V>): Node<K, V> {
  const leftHeight = height(left)
  const rightHeight = height(right)
  return {
    key,
    value,
    left,
    right,
    height: (leftHeight > rightHeight ? leftHeight : rightHeight) + 1,
    size: sizeOf(left) + sizeOf(right) + 1,
  }
}

function balanced<K, V>(key: K, value: V, left: Tree<K, V>, right: Tree<K, V>): Node<K, V> {
  const lean = height(left) - height(right)
  if (lean > 1) {
    const l = left as Node<K, V>
    if (height(l.left) >= height(l.right)) return node(l.key, l.value, l.left, node(key, value, l.right, right))
    const lr = l.right as Node<K, V>
    return node(lr.key, lr.value, node(l.key, l.value, l.left, lr.left), node(key, value, lr.right, right))
  }
  if (lean < -1) {
    const r = right as Node<K, V>
    if (height(r.right) >= height(r.left)) return node(r.key, r.value, node(key, value, left, r.left), r.right)
    const rl = r.left as Node<K, V>
    return node(rl.key, rl.value, node(key, value, left, rl.left), node(r.key, r.value, rl.right, r.right))
  }
  return node(key, value, left, right)
}

function inserted<K, V>(tree: Tree<K, V>, key: K, value: V): Node<K, V> {
  if (tree === null) return node(key, value, null, null)
  if (key < tree.key) return balanced(tree.key, tree.value, inserted(tree.left, key, value), tree.right)
  if (tree.key < key) return balanced(tree.key, tree.value, tree.left, inserted(tree.right, key, value))
  return { ...tree, value }
}

function first<K, V>(tree: Node<K, V>): Node<K, V> {
  let at = tree
  while (at.left !== null) at = at.left
  return at
}

function withoutFirst<K, V>(tree: Node<K, V>): Tree<K, V> {
  return tree.left === null ? tree.right : balanced(tree.key, tree.value, withoutFirst(tree.left), tree.right)
}

function removed<K, V>(tree: Tree<K, V>, key: K): Tree<K, V> {
  if (tree === null) return null
  if (key < tree.key) {
    const left = removed(tree.left, key)
    return left === tree.left ? tree : balanced(tree.key, tree.value, left, tree.right)
  }
  if (tree.key < key) {
    const right = removed(tree.right, key)
    return right === tree.right ? tree : balanced(tree.key, tree.value, tree.left, right)
  }
  if (tree.left === null) return tree.right
  if (tree.right === null) return tree.left
  const next = first(tree.right)
  return balanced(next.key, next.value, tree.left, withoutFirst(tree.right))
}

export class SortedMap<K extends string | number, V> {
  static readonly #empty = new SortedMap<never, never>(null)
  readonly #root: Tree<K, V>

  private constructor(root: Tree<K, V>) {
    this.#root = root
  }

  static empty<K extends string | number, V>(): SortedMap<K, V> {
    return SortedMap.#empty as unknown as SortedMap<K, V>
  }

  static from<K extends string | number, V>(entries: Iterable<readonly [K, V]>): SortedMap<K, V> {
    let root: Tree<K, V> = null
    for (const [key, value] of entries) root = inserted(root, key, value)
    return root === null ? SortedMap.empty() : new SortedMap(root)
  }

  get size(): number {
    return sizeOf(this.#root)
  }

  get(key: K): V | undefined {
    let at = this.#root
    while (at !== null) {
      if (key < at.key) at = at.left
      else if (at.key < key) at = at.right
      else return at.value
    }
    return undefined
  }

  has(key: K): boolean {
    return this.get(key) !== undefined
  }

  /** A new map with the value under the key; O(log n). */
  set(key: K, value: V): SortedMap<K, V> {
    return new SortedMap(inserted(this.#root, key, value))
  }

  /** A new map without the key, or this map where the key is absent; O(log n). */
  delete(key: K): SortedMap<K, V> {
    const root = removed(this.#root, key)
    if (root === this.#root) return this
    return root === null ? SortedMap.empty() : new SortedMap(root)
  }

  /** The entry with the smallest key; O(log n). */
  first(): readonly [K, V] | undefined {
    if (this.#root === null) return undefined
    const { key, value } = first(this.#root)
    return [key, value]
  }

  /** How many keys are smaller than this one (it need not be present); O(log n). */
  rank(key: K): number {
    let at = this.#root
    let count = 0
    while (at !== null) {
      if (at.key < key) {
        count += sizeOf(at.left) + 1
        at = at.right
      } else at = at.left
    }
    return count
  }

  *entries(): IterableIterator<readonly [K, V]> {
    const path: Node<K, V>[] = []
    let at = this.#root
    while (at !== null || path.length > 0) {
      while (at !== null) {
        path.push(at)
        at = at.left
      }
      const top = path.pop() as Node<K, V>
      yield [top.key, top.value]
      at = top.right
    }
  }

  /** Values, those of the greatest keys first. */
  *latest(): IterableIterator<V> {
    const path: Node<K, V>[] = []
    let at = this.#root
    while (at !== null || path.length > 0) {
      while (at !== null) {
        path.push(at)
        at = at.right
      }
      const top = path.pop() as Node<K, V>
      yield top.value
      at = top.left
    }
  }

  *keys(): IterableIterator<K> {
    for (const [key] of this.entries()) yield key
  }

  *values(): IterableIterator<V> {
    for (const [, value] of this.entries()) yield value
  }

  /**
   * What differs between two maps, in the order of the keys: `[key, before, after]`, undefined where a map lacks the key. Values are compared
   * by identity. Subtrees that both share are skipped, so this costs O(changed · log n) where one map was made from the other.
   */
  static *diff<K extends string | number, V>(
    before: SortedMap<K, V>,
    after: SortedMap<K, V>,
  ): IterableIterator<readonly [K, V | undefined, V | undefined]> {
    const left = new Cursor(before.#root)
    const right = new Cursor(after.#root)
    for (;;) {
      const a = left.top
      const b = right.top
      if (a === undefined && b === undefined) return
      if (a !== undefined && b !== undefined) {
        if (a === b && left.isWhole === right.isWhole) {
          left.pop()
          right.pop()
        } else if (left.isWhole && (!right.isWhole || a.height >= b.height)) left.open()
        else if (right.isWhole) right.open()
        else if (a.key < b.key) {
          yield [a.key, a.value, undefined]
          left.pop()
        } else if (b.key < a.key) {
          yield [b.key, undefined, b.value]
          right.pop()
        } else {
          if (a.value !== b.value) yield [a.key, a.value, b.value]
          left.pop()
          right.pop()
        }
      } else if (a !== undefined) {
        if (left.isWhole) left.open()
        else {
          yield [a.key, a.value, undefined]
          left.pop()
        }
      } else if (b !== undefined) {
        if (right.isWhole) right.open()
        else {
          yield [b.key, undefined, b.value]
          right.pop()
        }
      }
    }
  }
}

/** What of a tree is still ahead, in order: whole subtrees, and single nodes whose left side is behind and whose right side follows. */
class Cursor<K, V> {
  readonly #ahead: Node<K, V>[] = []
  readonly #whole: boolean[] = []

  constructor(root: Tree<K, V>) {
    if (root !== null) this.#push(root, true)
  }

  get top(): Node<K, V> | undefined {
    return this.#ahead[this.#ahead.length - 1]
  }

  /** Whether the top stands for its whole subtree, or for its own entry alone. */
  get isWhole(): boolean {
    return this.#whole[this.#whole.length - 1] === true
  }

  pop(): void {
    this.#ahead.pop()
    this.#whole.pop()
  }

  /** The subtree on top becomes its left side, its own entry and its right side. */
  open(): void {
    const top = this.top as Node<K, V>
    this.pop()
    if (top.right !== null) this.#push(top.right, true)
    this.#push(top, false)
    if (top.left !== null) this.#push(top.left, true)
  }

  #push(node: Node<K, V>, whole: boolean): void {
    this.#ahead.push(node)
    this.#whole.push(whole)
  }
}
