using CallCenterCrm.Contracts.Staff.V1;
using CallCenterCrm.ServiceDefaults.PhoneNumbers;
using CallCenterCrm.Telephony.Routing;

namespace CallCenterCrm.Telephony.Employees;

/// <summary>
/// An employee as Staff told of him, in our words. What of it makes no sense is left out and named, and the rest holds: a
/// wrong time zone is no reason to ring an extension that is somebody else's by now.
/// </summary>
/// <param name="Employee">What of him concerns telephony.</param>
/// <param name="Places">Where he stands in ring groups.</param>
/// <param name="LeftOut">Fields of the event of which something was left out.</param>
internal sealed record EmployeeReading(Employee Employee, IReadOnlyList<GroupPlace> Places, IReadOnlyList<string> LeftOut)
{
    private const int LongestName = 200;
    private const int LongestTeam = 100;

    public static EmployeeReading Of(EmployeeChanged told)
    {
        var leftOut = new List<string>();
        var name = string.Concat(told.Name.Where(letter => !char.IsControl(letter))).Trim();
        if (name.Length is 0 or > LongestName)
        {
            leftOut.Add("name");
            name = name.Length == 0 ? told.EmployeeId.ToString() : name[..LongestName];
        }

        // Whoever was dismissed has given his phones back, and is away from everywhere.
        var employee = new Employee(told.EmployeeId, name, null, null, Dismissed: true, Version: told.Version);
        if (told.Dismissed)
        {
            return new(employee, [], leftOut);
        }

        employee = employee with
        {
            Dismissed = false,
            Extension = Take("extension", told.Extension, extension => extension.Length is >= 2 and <= 6 && extension.All(char.IsAsciiDigit)),
            Mobile = Take("mobile", told.Mobile, mobile => PhoneNumber.TryParse("+" + mobile, out var number) && number.Digits == mobile),
            Team = Take("team", told.Team, team => team.Length is > 0 and <= LongestTeam && !string.IsNullOrWhiteSpace(team)),
            TimeZone = Take("time_zone", told.TimeZone, RoutingCheck.IsTimeZone),
            WorkingHours =
            [
                .. TakeAll("working_hours", told.WorkingHours,
                        span => span is { Weekday: >= 1 and <= 7, OpensMinute: >= 0, ClosesMinute: <= 1440 } && span.OpensMinute < span.ClosesMinute,
                        span => (span.Weekday, span.OpensMinute))
                    .Select(span => new OpenSpan(span.Weekday, TimeSpan.FromMinutes(span.OpensMinute), TimeSpan.FromMinutes(span.ClosesMinute))),
            ],
            Absences =
            [
                .. TakeAll("absences", told.Absences, absence => absence.FirstDay <= absence.LastDay, absence => absence.FirstDay)
                    .Select(absence => new DaysAway(absence.FirstDay, absence.LastDay)),
            ],
        };
        var places = TakeAll("ring_groups", told.RingGroups, _ => true, place => place.GroupId).Select(place => new GroupPlace(place.GroupId, place.Position));
        return new(employee, [.. places], leftOut);

        string? Take(string field, string? value, Func<string, bool> makesSense)
        {
            if (value is null || makesSense(value))
            {
                return value;
            }

            leftOut.Add(field);
            return null;
        }

        List<T> TakeAll<T, TKey>(string field, IReadOnlyList<T> values, Func<T, bool> makesSense, Func<T, TKey> keyOf)
        {
            var taken = values.Where(makesSense).DistinctBy(keyOf).ToList();
            if (taken.Count < values.Count)
            {
                leftOut.Add(field);
            }

            return taken;
        }
    }
}
