"""Lists today's calls, then follows every change of a call. Usage: CRM_API_KEY=ccrm_… PYTHONPATH=client today.py [ADDRESS]"""
import datetime, os, sys, time
import grpc
from callcenter.calls.v1 import calls_pb2, calls_pb2_grpc

calls = calls_pb2_grpc.CallsStub(grpc.insecure_channel(sys.argv[1] if len(sys.argv) > 1 else "127.0.0.1:8110"))
key = [("authorization", "Bearer " + os.environ["CRM_API_KEY"])]


def show(call):
    print(call.id, calls_pb2.State.Name(call.state), call.party_number or "anonymous", flush=True)


def show_today():
    request = calls_pb2.ListCallsRequest()
    getattr(request, "from").FromDatetime(datetime.datetime.combine(datetime.date.today(), datetime.time()).astimezone(datetime.timezone.utc))
    while True:
        page = calls.ListCalls(request, metadata=key)
        for call in page.calls:
            show(call)
        request.page_token = page.next_page_token
        if not request.page_token:
            return


position = ""
while True:
    heard = False
    try:
        for news in calls.Watch(calls_pb2.WatchRequest(position=position), metadata=key):
            heard = True
            if news.HasField("call"):
                show(news.call)
            # A snapshot holds what goes on now. What is over is listed behind it and not before: a change in between would be in neither.
            if news.HasField("snapshot_ended"):
                show_today()
            # What is shown twice after a break has the same position; keep it on disk to go on after a restart.
            position = news.position or position
    except grpc.RpcError as ended:
        # The token behind the key lives five minutes; its end, or a restart over there, is no reason to stop.
        if ended.code() != grpc.StatusCode.UNAVAILABLE and not (heard and ended.code() == grpc.StatusCode.UNAUTHENTICATED):
            raise
        time.sleep(1)
