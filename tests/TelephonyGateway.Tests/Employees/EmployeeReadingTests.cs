using CallCenterCrm.Contracts.Staff.V1;
using CallCenterCrm.Telephony.Employees;
using CallCenterCrm.Telephony.Routing;
using Xunit;

namespace CallCenterCrm.Telephony.Tests.Employees;

public sealed class EmployeeReadingTests
{
    private static readonly Guid Group = Guid.NewGuid();
    private static readonly EmployeeChanged Told = new()
    {
        EmployeeId = Guid.NewGuid(),
        Version = 3,
        Name = "Ольга Белова",
        Roles = ["manager"],
        Team = "Продажи",
        Extension = "103",
        Mobile = "79035550103",
        Visibility = "own",
        TimeZone = "Europe/Moscow",
        WorkingHours = [new WorkingSpan { Weekday = 1, OpensMinute = 0, ClosesMinute = 1440 }, new WorkingSpan { Weekday = 2, OpensMinute = 570, ClosesMinute = 1080 }],
        RingGroups = [new RingGroupPlace { GroupId = Group, Position = 2 }],
        Absences = [new Absence { Kind = AbsenceKind.Sick, FirstDay = new DateOnly(2026, 11, 16), LastDay = new DateOnly(2026, 11, 20) }],
    };

    [Fact]
    public void What_makes_sense_is_taken_over_whole()
    {
        var read = EmployeeReading.Of(Told);

        Assert.Empty(read.LeftOut);
        Assert.Equal([new GroupPlace(Group, 2)], read.Places);
        Assert.Equal(
            (Told.EmployeeId, 3L, "Ольга Белова", "103", "79035550103", "Продажи", "Europe/Moscow", false),
            (read.Employee.Id, read.Employee.Version, read.Employee.Name, read.Employee.Extension, read.Employee.Mobile, read.Employee.Team,
                read.Employee.TimeZone, read.Employee.Dismissed));
        Assert.Equal(
            [new OpenSpan(1, TimeSpan.Zero, TimeSpan.FromHours(24)), new OpenSpan(2, new TimeSpan(9, 30, 0), TimeSpan.FromHours(18))], read.Employee.WorkingHours);
        Assert.Equal([new DaysAway(new DateOnly(2026, 11, 16), new DateOnly(2026, 11, 20))], read.Employee.Absences);
    }

    [Fact]
    public void What_makes_no_sense_is_left_out_by_itself_and_named()
    {
        var read = EmployeeReading.Of(Told with
        {
            Name = " \u0000\n",
            Team = "",
            Extension = "1O3",
            Mobile = "8 903 555-01-03",
            TimeZone = "Mars/Olympus",
            WorkingHours =
            [
                .. Told.WorkingHours, Told.WorkingHours[0], new WorkingSpan { Weekday = 8, OpensMinute = 1, ClosesMinute = 2 },
                new WorkingSpan { Weekday = 3, OpensMinute = 600, ClosesMinute = 600 }, new WorkingSpan { Weekday = 4, OpensMinute = 600, ClosesMinute = 1441 },
            ],
            Absences = [.. Told.Absences, new Absence { Kind = AbsenceKind.Holiday, FirstDay = new DateOnly(2026, 12, 2), LastDay = new DateOnly(2026, 12, 1) }],
            RingGroups = [.. Told.RingGroups, new RingGroupPlace { GroupId = Group, Position = 9 }],
        });

        Assert.Equal(["absences", "extension", "mobile", "name", "ring_groups", "team", "time_zone", "working_hours"], read.LeftOut.Order(StringComparer.Ordinal));
        Assert.Equal((Told.EmployeeId.ToString(), null, null, null, null), (read.Employee.Name, read.Employee.Team, read.Employee.Extension, read.Employee.Mobile, read.Employee.TimeZone));
        Assert.Equal((2, 1), (read.Employee.WorkingHours.Count, read.Employee.Absences.Count));
        Assert.Equal([new GroupPlace(Group, 2)], read.Places);
    }

    [Fact]
    public void Whoever_is_dismissed_has_no_phone_and_stands_in_no_group()
    {
        var read = EmployeeReading.Of(Told with { Version = 4, Dismissed = true });

        Assert.Equal((true, 4L, null, null), (read.Employee.Dismissed, read.Employee.Version, read.Employee.Extension, read.Employee.Mobile));
        Assert.Empty(read.Places);
    }
}
