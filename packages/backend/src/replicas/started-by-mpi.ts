/** Whether `mpirun` or `srun` started this process. @param environment such as `process.env` */
export const startedByMpi = (environment: Readonly<Record<string, string | undefined>>): boolean =>
  environment.OMPI_COMM_WORLD_SIZE !== undefined || environment.PMIX_RANK !== undefined;
