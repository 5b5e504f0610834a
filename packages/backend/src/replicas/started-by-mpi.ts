type Environment = Readonly<Record<string, string | undefined>>;

/** Whether `mpirun` or `srun` started this process. @param environment such as `process.env` */
export const startedByMpi = (environment: Environment): boolean =>
  environment.OMPI_COMM_WORLD_SIZE !== undefined || environment.PMIX_RANK !== undefined;

/** Whether all processes of the job are on this machine, as `mpirun` tells. @param environment such as `process.env` */
export const isOnOneMachine = ({ OMPI_COMM_WORLD_SIZE: all, OMPI_COMM_WORLD_LOCAL_SIZE: here }: Environment): boolean =>
  all !== undefined && all === here;
