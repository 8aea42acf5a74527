using CallCenterCrm.Contracts.Clients.V1;
using CallCenterCrm.Contracts.Leads.V1;
using CallCenterCrm.Contracts.Staff.V1;
using CallCenterCrm.Contracts.Telephony.V1;

namespace CallCenterCrm.Contracts.Tests;

/// <summary>One message of each kind, with every member given.</summary>
internal static class Examples
{
    private static readonly DateTimeOffset Start = new(2026, 3, 2, 9, 15, 30, 125, TimeSpan.Zero);

    public static IReadOnlyList<object> All { get; } =
    [
        new CallChanged
        {
            CallId = new Guid("0d2f1c1e-5a5b-5c5d-8e8f-101112131415"),
            Version = 7,
            PbxId = "office",
            Direction = CallDirection.In,
            State = CallState.Ended,
            Settled = true,
            Result = CallResult.LostInTransfer,
            MissReason = MissReason.NobodyAvailable,
            OwnNumber = "74951000001",
            Party = PartyKind.Outside,
            PartyNumber = "79161234567",
            PartyNumberAsShown = "8 (916) 123-45-67 «О'Нил» \"\\",
            ClientId = new Guid("6a1c0b5e-0000-4000-9000-000000000001"),
            ClientName = "ООО «Ромашка»",
            PlacedBy = "101",
            PartyDialled = true,
            StartedAt = Start,
            AnsweredAt = Start.AddSeconds(12),
            EndedAt = Start.AddSeconds(95.5),
            AnsweredBy = "101",
            Legs =
            [
                new CallLeg
                {
                    Phone = "101",
                    Step = 1,
                    DialledAt = Start.AddSeconds(0.5),
                    Rang = true,
                    AnsweredAt = Start.AddSeconds(12),
                    EndedAt = Start.AddSeconds(95.5),
                    Result = LegResult.Talked,
                },
            ],
            Talks = [new CallTalk { Phone = "101", From = Start.AddSeconds(12), Until = Start.AddSeconds(95.5) }],
            Holds = [new CallHold { Phone = "101", From = Start.AddSeconds(30), Until = Start.AddSeconds(45) }],
            Transfers = [new CallTransfer { At = Start.AddSeconds(95), Blind = true, By = "101", To = "102" }],
            Menu = new CallMenu { EnteredAt = Start.AddSeconds(0.1), LeftAt = Start.AddSeconds(0.4), Path = "1-2", Depth = 2 },
            Recording = new CallRecording
            {
                State = RecordingState.Ready,
                Bytes = 1336044,
                Seconds = 83.5,
                Sha256 = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
            },
            Recorded = [new CallStretch { From = Start.AddSeconds(12), Until = Start.AddSeconds(95.5) }],
        },
        new CallbackChanged
        {
            CallbackId = new Guid("6a1c0b5e-0000-4000-9001-000000000001"),
            Version = 9,
            ClientId = new Guid("6a1c0b5e-0000-4000-9000-000000000001"),
            Number = "79161234567",
            ResponsibleId = new Guid("6a1c0b5e-0000-4000-8000-000000000102"),
            Source = "call",
            OpenedAt = Start,
            Misses = [new CallbackMiss { CallId = new Guid("0d2f1c1e-5a5b-5c5d-8e8f-101112131415"), At = Start, Reason = "message_left", Message = new CallbackMessage { State = "ready", Seconds = 12.5 } }],
            Requests = [new CallbackRequest { Number = 17, Source = "web_form", At = Start.AddMinutes(2), FromCallId = new Guid("0d2f1c1e-5a5b-5c5d-8e8f-101112131419") }],
            Tries =
            [
                new CallbackTry
                {
                    At = Start.AddMinutes(5),
                    By = new Guid("6a1c0b5e-0000-4000-8000-000000000102"),
                    CallId = new Guid("0d2f1c1e-5a5b-5c5d-8e8f-101112131417"),
                    Result = "no_answer",
                },
            ],
            LeaseNumber = 2,
            LeasedBy = new Guid("6a1c0b5e-0000-4000-8000-000000000102"),
            LeasedUntil = Start.AddMinutes(50),
            DueAt = Start.AddMinutes(35),
            ClosedAt = Start.AddMinutes(42),
            Outcome = "called_back",
            EvidenceCallId = new Guid("0d2f1c1e-5a5b-5c5d-8e8f-101112131418"),
            MergedInto = new Guid("6a1c0b5e-0000-4000-9001-000000000002"),
        },
        new ClientChanged
        {
            ClientId = new Guid("6a1c0b5e-0000-4000-9000-000000000001"),
            Version = 3,
            Name = "ООО «Ромашка»",
            Numbers = ["74957770011", "79037001122"],
            ResponsibleId = new Guid("6a1c0b5e-0000-4000-8000-000000000102"),
            Removed = true,
        },
        new ClientsRequested { RequestedBy = "telephony" },
        new EmployeeChanged
        {
            EmployeeId = new Guid("6a1c0b5e-0000-4000-8000-000000000102"),
            Version = 4,
            Name = "Валентин Соколов",
            Roles = ["manager", "head_of_sales"],
            Team = "Продажи",
            Extension = "102",
            Mobile = "79035550102",
            Visibility = "team",
            TimeZone = "Europe/Moscow",
            WorkingHours = [new WorkingSpan { Weekday = 1, OpensMinute = 540, ClosesMinute = 1080 }],
            RingGroups = [new RingGroupPlace { GroupId = new Guid("6a1c0b5e-0000-4000-8001-000000000001"), Position = 2 }],
            Absences = [new Absence { Kind = AbsenceKind.Holiday, FirstDay = new(2026, 7, 1), LastDay = new(2026, 7, 14) }],
            Dismissed = true,
        },
        new EmployeesRequested { RequestedBy = "telephony" },
        new AuditRecorded
        {
            RecordId = new Guid("0d2f1c1e-5a5b-5c5d-8e8f-101112131416"),
            At = Start,
            Service = "telephony",
            ActorKind = "employee",
            ActorId = new Guid("6a1c0b5e-0000-4000-8000-000000000102"),
            Action = "recording.heard",
            TargetKind = "call",
            TargetId = "0d2f1c1e-5a5b-5c5d-8e8f-101112131415",
            Address = "203.0.113.10",
            Outcome = "done",
            Details = new Dictionary<string, string>(StringComparer.Ordinal) { ["seconds"] = "12" },
        },
    ];
}
