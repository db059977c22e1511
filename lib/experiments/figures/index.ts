/** The figures by name: `figures.utility`. The order is the paper's. */

export { cohesion } from "./cohesion";
export { efficiency } from "./efficiency";
export { exactness } from "./exactness";
export { partition } from "./partition";
export { ranking } from "./ranking";
export { sensitivity } from "./sensitivity";
export { seqtrain } from "./seqtrain";
export { utility } from "./utility";
