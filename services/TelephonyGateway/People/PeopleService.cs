using CallCenterCrm.Messaging;
using CallCenterCrm.People.V1;
using CallCenterCrm.ServiceDefaults.Authentication;
using CallCenterCrm.ServiceDefaults.Grpc;
using CallCenterCrm.ServiceDefaults.Input;
using CallCenterCrm.Telephony.Asterisk;
using CallCenterCrm.Telephony.Routing;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using PhoneState = CallCenterCrm.Telephony.Routing.PhoneState;

namespace CallCenterCrm.Telephony.People;

/// <summary>protos/callcenter/people/v1 over the routing tables and the phones' states.</summary>
internal sealed class PeopleService(
    PersonStateStore states, RoutingData routing, PhoneStates phones, ClientAddresses addresses, IHostApplicationLifetime lifetime,
    TimeProvider time)
    : CallCenterCrm.People.V1.People.PeopleBase
{
    private static readonly TimeSpan LongestPause = TimeSpan.FromHours(12);

    // Phones change their states by the second where many talk: nobody needs to see each of it, and it costs each reader a list.
    private static readonly TimeSpan Pace = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LongestSilence = TimeSpan.FromSeconds(15);

    public override async Task WatchPeople(
        WatchPeopleRequest request, IServerStreamWriter<WatchPeopleResponse> responseStream, ServerCallContext context)
    {
        await ChangeRequest.RunAsync(
            async ending =>
            {
                WatchPeopleResponse? told = null;
                var toldAt = 0L;
                using var pace = new PeriodicTimer(Pace, time);
                do
                {
                    var now = All();
                    if (!now.Equals(told) || time.GetElapsedTime(toldAt) >= LongestSilence)
                    {
                        await responseStream.WriteAsync(now, ending);
                        (told, toldAt) = (now, time.GetTimestamp());
                    }
                }
                while (await pace.WaitForNextTickAsync(ending));
            }, lifetime, context.CancellationToken);
    }

    public override async Task<SetStateResponse> SetState(SetStateRequest request, ServerCallContext context)
    {
        var (caller, now) = (context.Caller(), time.GetUtcNow());
        var violations = new Violations();
        var id = request.EmployeeId.Length > 0 ? violations.Identity("employee_id", request.EmployeeId) : caller.Id;
        if (request.EmployeeId.Length == 0 && caller.Kind != CallerKind.Employee)
        {
            violations.Add("employee_id", ViolationKey.Required);
        }

        var said = Read(request, now, violations);
        violations.ThrowIfAny();
        var isHimself = caller.Kind == CallerKind.Employee && id == caller.Id;
        if (!isHimself)
        {
            caller.Need(Permissions.RoutingWrite);
        }

        await states.SetAsync(
            id, said, isHimself ? null : Author.Of(context, addresses), context.CancellationToken);
        return new SetStateResponse { Person = routing.Tables.Employee(id) is { } employee ? Write(employee, now) : throw new NotFoundException("employee", id.ToString()) };
    }

    private WatchPeopleResponse All()
    {
        var now = time.GetUtcNow();
        return new WatchPeopleResponse
        {
            People =
            {
                routing.Tables.Employees.Where(employee => employee is { Dismissed: false, Extension: not null })
                    .OrderBy(employee => employee.Extension!.Length).ThenBy(employee => employee.Extension, StringComparer.Ordinal)
                    .Select(employee => Write(employee, now)),
            },
        };
    }

    private Person Write(Employee employee, DateTimeOffset at)
    {
        var said = employee.State is { } state && !(state.State == PersonStates.Paused && state.IsReady(at)) ? state : null;
        return new Person
        {
            Id = employee.Id.ToString(),
            Name = employee.Name,
            Team = employee.Team ?? "",
            Extension = employee.Extension ?? "",
            State = said?.State switch
            {
                PersonStates.Paused => State.Paused,
                PersonStates.Away => State.Away,
                _ => State.Ready,
            },
            Reason = System.Enum.TryParse<PauseReason>(said?.Reason, ignoreCase: true, out var reason) ? reason : PauseReason.Unspecified,

            // After a pause that ended by itself, he is ready since then.
            Since = (said?.Since ?? employee.State?.Until)?.ToTimestamp(),
            Until = said?.Until?.ToTimestamp(),
            Absent = employee.IsAbsent(at),
            Phone = employee.Extension is null ? CallCenterCrm.People.V1.PhoneState.Unspecified : phones.Of(employee.Extension) switch
            {
                PhoneState.Free => CallCenterCrm.People.V1.PhoneState.Free,
                PhoneState.Ringing => CallCenterCrm.People.V1.PhoneState.Ringing,
                PhoneState.Busy => CallCenterCrm.People.V1.PhoneState.Busy,
                PhoneState.Unregistered => CallCenterCrm.People.V1.PhoneState.Unregistered,
                _ => CallCenterCrm.People.V1.PhoneState.Unspecified,
            },
        };
    }

    private static PersonState Read(SetStateRequest request, DateTimeOffset now, Violations violations)
    {
        var pauses = request.State == State.Paused;
        if (request.State == State.Unspecified || !System.Enum.IsDefined(request.State))
        {
            violations.Add("state", request.State == State.Unspecified ? ViolationKey.Required : ViolationKey.UnknownWord, "ready, paused, away");
        }

        if (!System.Enum.IsDefined(request.Reason) || (request.Reason != PauseReason.Unspecified && !pauses))
        {
            violations.Add("reason", ViolationKey.UnknownWord, pauses ? "lunch, break, meeting, paperwork, training, other" : "");
        }
        else if (pauses && request.Reason == PauseReason.Unspecified)
        {
            violations.Add("reason", ViolationKey.Required);
        }

        var until = violations.Time("until", request.Until);
        if (until is not null && (!pauses || until <= now || until > now + LongestPause))
        {
            violations.Add("until", ViolationKey.OutOfRange, now, now + LongestPause);
        }
        else if (request.Until is null && pauses)
        {
            violations.Add("until", ViolationKey.Required);
        }

        return new PersonState(
            request.State switch
            {
                State.Paused => PersonStates.Paused,
                State.Away => PersonStates.Away,
                _ => PersonStates.Ready,
            },
            pauses ? request.Reason.ToString().ToLowerInvariant() : null, now, until);
    }
}
