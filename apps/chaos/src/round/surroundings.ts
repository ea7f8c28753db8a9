import type { Ground, HearPublished } from '../ground/ground.ts';
import type { Script } from '../script/script.ts';
import type { Listen, Watched, WatchOrder } from '../watched/watched.ts';

/** What a round needs beside its script. */
export interface Surroundings {
  openGround(script: Script, hear: HearPublished): Promise<Ground>;
  watch(script: Script, order: WatchOrder, listen: Listen): Watched;
}
