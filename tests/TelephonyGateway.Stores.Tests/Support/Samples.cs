using CallCenterCrm.Contracts.Telephony.V1;
using CallCenterCrm.Telephony.Calls;
using CallCenterCrm.Telephony.Routing;

namespace CallCenterCrm.Telephony.Stores.Tests.Support;

/// <summary>Calls and tables to store.</summary>
internal static class Samples
{
    public const string Pbx = "office";
    public const string Number = "74951000001";

    public static readonly DateTimeOffset Start = new(2026, 3, 2, 9, 15, 30, 125, TimeSpan.Zero);
    public static readonly Guid First = new("11111111-0000-0000-0000-000000000001");
    public static readonly Guid Second = new("11111111-0000-0000-0000-000000000002");
    public static readonly Guid Owner = new("11111111-0000-0000-0000-000000000003");
    public static readonly Guid Rule = new("44444444-0000-0000-0000-000000000001");
    private static readonly Guid Group = new("22222222-0000-0000-0000-000000000001");
    private static readonly Guid Hours = new("33333333-0000-0000-0000-000000000001");

    public static RoutingTables Tables { get; } = new()
    {
        Employees =
        [
            new Employee(First, "Валера О'Нил «Первый»", "101", null),
            new Employee(Second, "Second", "102", "79035550102"),
            new Employee(Owner, "Михаил", null, "79035550001"),
        ],
        Groups = [new RingGroup(Group, "Sales", RingGroupPick.LongestIdle, [Second, First])],
        Hours =
        [
            new BusinessHours(Hours, "Office", "Europe/Moscow",
                [new OpenSpan(1, new TimeSpan(9, 30, 0), TimeSpan.FromHours(13)), new OpenSpan(1, TimeSpan.FromHours(14), TimeSpan.FromHours(24))],
                [
                    new Holiday(new DateOnly(2026, 12, 31), "Короткий день", TimeSpan.FromHours(9), TimeSpan.FromHours(24)),
                    new Holiday(new DateOnly(2027, 1, 1), "Новый год", null, null),
                ]),
        ],
        Rules =
        [
            new EscalationRule(Rule, "Sales", 5, Group,
            [
                new EscalationStep(StepTarget.Responsible, null, 3),
                new EscalationStep(StepTarget.Employee, Second, 2),
                new EscalationStep(StepTarget.Mobile, Owner, 5),
                new EscalationStep(StepTarget.Message, null, 0),
            ]),
        ],
        Numbers = [new TrunkNumber(Number, "Офис", Rule, Hours)],
    };

    /// <summary>A call that rings at one phone.</summary>
    public static TrackedCall Ringing(string anchor, string number = "79161234567") => new()
    {
        AnchorId = anchor,
        Direction = CallDirection.In,
        State = CallState.Ringing,
        Settled = false,
        Did = Number,
        RawNumber = number,
        StartedAt = Start,
        Legs = [new TrackedLeg(anchor + "-101", "101", 1, Start.AddSeconds(1), true, null, null, null)],
        Talks = [],
        Transfers = [],
    };

    /// <summary>The same call, answered by that phone.</summary>
    public static TrackedCall Talking(this TrackedCall call) => call with
    {
        State = CallState.Talking,
        AnsweredAt = Start.AddSeconds(9),
        AnsweredBy = "101",
        Legs = [call.Legs[0] with { AnsweredAt = Start.AddSeconds(9) }],
        Talks = [new TrackedTalk("101", Start.AddSeconds(9), null)],
        RecordingFile = call.AnchorId + ".wav",
    };

    /// <summary>The same call, ended after the talk.</summary>
    public static TrackedCall Ended(this TrackedCall call, bool settled = true) => call.Talking() with
    {
        State = CallState.Ended,
        Settled = settled,
        EndedAt = Start.AddSeconds(69),
        Result = CallResult.Answered,
        Legs = [call.Legs[0] with { AnsweredAt = Start.AddSeconds(9), EndedAt = Start.AddSeconds(69), Result = LegResult.Talked }],
        Talks = [new TrackedTalk("101", Start.AddSeconds(9), Start.AddSeconds(69))],
    };

    public static PlanNote Note(string clientName) => new(
        new RingPlan("101@15", "Sales", [new PlannedStep(1, StepTarget.Responsible, ["101"], 15, new Dictionary<string, string>(StringComparer.Ordinal) { ["102"] = "busy" })]),
        new Caller(new Guid("6a1c0b5e-0000-4000-9000-000000000001"), clientName, First), 0.002, 0.011, null);
}
