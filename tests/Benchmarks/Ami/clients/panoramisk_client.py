"""panoramisk on the same stream: counts the events that it dispatches. Usage: PORT LOOPS RUNS"""
import asyncio
import logging
import sys
import time

from panoramisk import Manager

port, loops, runs = (int(argument) for argument in sys.argv[1:4])
logging.disable(logging.CRITICAL)


async def main():
    loop = asyncio.get_running_loop()
    manager = Manager(loop=loop, host="127.0.0.1", port=port, username="bench", secret="bench",
                      ping_delay=3600, ping_interval=3600)
    logged_in = loop.create_future()
    state = {"count": 0, "expected": None, "done": None}

    def on_event(_, event):
        if event.event == "FullyBooted":
            if not logged_in.done():
                logged_in.set_result(None)
            return
        state["ids"] = event.uniqueid
        state["count"] += 1
        if state["count"] == state["expected"]:
            state["done"].set_result(None)

    manager.register_event("*", on_event)
    await manager.connect()
    await logged_in
    for run in range(runs + 1):
        state.update(count=0, expected=None, done=loop.create_future())
        started, cpu_started = time.perf_counter(), time.process_time()
        answer = await manager.send_action({"Action": "Events", "EventMask": "on", "Loops": str(loops)})
        state["expected"] = int(answer.Count)
        if state["count"] < state["expected"]:
            await state["done"]
        wall, cpu = time.perf_counter() - started, time.process_time() - cpu_started
        if run > 0:
            print(f"run {state['count']} {state['count'] / wall:.0f} {state['count'] / cpu:.0f}", flush=True)
    manager.close()


asyncio.run(main())
