import * as omnicache from '../../js/memory/index.ts'
import { liveWorks } from '../works/live.ts'
import { packedWorks } from '../works/packed.ts'

/** What is measured in a browser: all that is synchronous. The bundle has omnicache as users get it, from dist/. */
export const browserWorks = [...liveWorks(omnicache), ...packedWorks(omnicache)]
