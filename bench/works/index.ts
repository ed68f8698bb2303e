import type { OurPackage } from '../peers/async.ts'
import { NODE_ONLY } from '../peers/node.ts'
import type { OurMemory } from '../peers/ours.ts'
import { liveWorks } from './live.ts'
import { managerWorks } from './manager.ts'
import { packedWorks } from './packed.ts'
import type { Work } from './work.ts'

/** Everything that is measured in Node, in the order of the report. */
export function allWorks(our: OurPackage & OurMemory): readonly Work[] {
  return [...liveWorks(our, NODE_ONLY), ...packedWorks(our), ...managerWorks(our)]
}
