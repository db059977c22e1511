/** The figures by name: `figures.utility`. The order is the paper's. */

export { beyond } from "./beyond";
export { cohesion } from "./cohesion";
export { efficiency } from "./efficiency";
export { exactness } from "./exactness";
export { membership } from "./membership";
export { partition } from "./partition";
export { poisoning } from "./poisoning";
export { ranking } from "./ranking";
export { sensitivity } from "./sensitivity";
export { seqtrain } from "./seqtrain";
export { utility } from "./utility";
