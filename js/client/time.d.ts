/** `validity` as the engine takes it: whole seconds from now, or the point in time as an SMPP time. */
export declare function readValidity(value: number | Date | undefined): number | string | undefined;
/** `scheduleAt` as an SMPP time: absolute for a Date, relative for seconds from now. */
export declare function readSchedule(value: number | Date | undefined): string | undefined;
