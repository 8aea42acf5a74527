using CallCenterCrm.Telephony.Routing;

namespace CallCenterCrm.Telephony.Tests.Routing;

/// <summary>A travel agency with three phones and an owner.</summary>
internal static class SampleTables
{
    public const string Number = "74951000001";

    public static readonly Guid Valera1 = new("11111111-0000-0000-0000-000000000001");
    public static readonly Guid Valera2 = new("11111111-0000-0000-0000-000000000002");
    public static readonly Guid Third = new("11111111-0000-0000-0000-000000000003");
    public static readonly Guid Owner = new("11111111-0000-0000-0000-000000000004");
    private static readonly Guid Group = new("22222222-0000-0000-0000-000000000001");
    private static readonly Guid Hours = new("33333333-0000-0000-0000-000000000001");
    private static readonly Guid Rule = new("44444444-0000-0000-0000-000000000001");

    public static RoutingTables Make(RingGroupPick pick = RingGroupPick.Order, IReadOnlyList<EscalationStep>? steps = null) => new()
    {
        Employees =
        [
            new Employee(Valera1, "Валера Первый", "101", null),
            new Employee(Valera2, "Валера Второй", "102", "79035550102"),
            new Employee(Third, "Стажёр", "103", null),
            new Employee(Owner, "Михаил", null, "79035550001"),
        ],
        Groups = [new RingGroup(Group, "Sales", pick, [Valera1, Valera2, Third])],
        Hours =
        [
            new BusinessHours(Hours, "Office", "Europe/Moscow",
                [.. Enumerable.Range(1, 5).Select(day => new OpenSpan(day, TimeSpan.FromHours(9), TimeSpan.FromHours(19)))],
                [
                    new Holiday(new DateOnly(2026, 12, 31), "Короткий день", TimeSpan.FromHours(9), TimeSpan.FromHours(14)),
                    new Holiday(new DateOnly(2027, 1, 1), "Новый год", null, null),
                ]),
        ],
        Rules =
        [
            new EscalationRule(Rule, "Sales", 5, Group, steps ??
            [
                new EscalationStep(StepTarget.Responsible, null, 3),
                new EscalationStep(StepTarget.Next, null, 2),
                new EscalationStep(StepTarget.Mobile, Owner, 5),
            ]),
        ],
        Numbers = [new TrunkNumber(Number, "Офис", Rule, Hours)],
    };
}
