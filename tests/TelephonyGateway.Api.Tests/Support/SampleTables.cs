namespace CallCenterCrm.Telephony.Api.Tests.Support;

/// <summary>The first tables of the gateway under test.</summary>
internal static class SampleTables
{
    public const string Valera = "6a1c0b5e-0000-4000-8000-000000000101";
    public const string Olga = "6a1c0b5e-0000-4000-8000-000000000102";
    public const string Oleg = "6a1c0b5e-0000-4000-8000-000000000103";
    public const string Owner = "6a1c0b5e-0000-4000-8000-000000000001";
    public const string Group = "6a1c0b5e-0000-4000-8001-000000000001";
    public const string Hours = "6a1c0b5e-0000-4000-8002-000000000001";
    public const string Rule = "6a1c0b5e-0000-4000-8003-000000000001";
    public const string Number = "74951000001";
    public const string OwnerMobile = "79035550001";

    /// <summary>Valera and Olga are of team A, Oleg of team B; open from Monday to Friday, 9 to 19 in Moscow.</summary>
    public const string Json =
        $$"""
        {
          "employees": [
            { "id": "{{Valera}}", "name": "Валерий", "extension": "101", "mobile": "79035550101", "team": "A" },
            { "id": "{{Olga}}", "name": "Ольга", "extension": "102", "team": "A" },
            { "id": "{{Oleg}}", "name": "Олег", "extension": "103", "team": "B" },
            { "id": "{{Owner}}", "name": "Михаил", "mobile": "{{OwnerMobile}}" }
          ],
          "groups": [{ "id": "{{Group}}", "name": "Продажи", "pick": "Order", "members": ["{{Valera}}", "{{Olga}}", "{{Oleg}}"] }],
          "hours": [{
            "id": "{{Hours}}", "name": "Офис", "timeZone": "Europe/Moscow",
            "spans": [
              { "weekday": 1, "opens": "09:00", "closes": "19:00" }, { "weekday": 2, "opens": "09:00", "closes": "19:00" },
              { "weekday": 3, "opens": "09:00", "closes": "19:00" }, { "weekday": 4, "opens": "09:00", "closes": "19:00" },
              { "weekday": 5, "opens": "09:00", "closes": "19:00" }
            ]
          }],
          "rules": [{
            "id": "{{Rule}}", "name": "Обычное", "ringSeconds": 5, "groupId": "{{Group}}",
            "steps": [
              { "target": "responsible", "rings": 3 }, { "target": "next", "rings": 2 },
              { "target": "mobile", "employeeId": "{{Owner}}", "rings": 5 }
            ]
          }],
          "numbers": [{ "number": "{{Number}}", "name": "Офис", "ruleId": "{{Rule}}", "hoursId": "{{Hours}}" }]
        }
        """;
}
