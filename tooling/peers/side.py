"""The other end of `pythonSide`: says it is ready, then runs a unit for each line read and answers with its milliseconds."""
import resource, sys, time


def serve(name, unit):
    """`unit()` prepares and returns a function; only that function is timed."""
    print('ready', name, flush=True)
    for line in sys.stdin:
        if line.strip() == 'memory':
            print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, flush=True)
            continue
        run = unit()
        started = time.perf_counter()
        run()
        print((time.perf_counter() - started) * 1e3, flush=True)
